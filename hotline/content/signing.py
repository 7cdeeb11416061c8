"""A lawyer or translator signs a card in one language: the sign-off goes into the card's own file."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from hotline.content.cards import Card, read_card_files
from hotline.content.documents import Document, read
from hotline.content.facts import filled, read_facts
from hotline.content.review import fingerprint
from hotline.errors import ContentError
from hotline.refusal import Reason, Refused

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from hotline.content.cards import Role
    from hotline.content.facts import Facts

LONGEST_NAME: Final = 80
WIDE: Final = 100_000  # columns: a line that an editor wrote is never folded anew


@dataclass(frozen=True)
class SignOff:
    """Somebody's word that one language of a card is right.

    Attributes:
        on: the day it was given.
    """

    card: str
    lang: str
    name: str
    role: Role
    on: date


def sign(root: Path, city: str, signoff: SignOff, today: date) -> Card:
    """Write a sign-off into its card; comments, order and every other card stay as they are.

    It replaces what the same person signed before in that role, and sign-offs of that role that are void.
    A lawyer's makes the card a reviewed one.

    Returns:
        The card as it is now.

    Raises:
        Refused: no such card or language, no name, or a day in the future.
        ContentError: the card cannot be read, for instance because a source is graded below B.
    """
    card, document = _found(root, city, signoff.card)
    _refuse(card, signoff, today)
    yaml = _writer()
    texts = document.path.read_text(encoding="utf-8")
    nodes = list(yaml.load_all(texts))
    node = next(one for one in nodes if isinstance(one, dict) and one.get("id") == card.id)
    _write(node, card, signoff)
    return _replaced(document.path, yaml, nodes, card.id, read_facts(root))


def _found(root: Path, city: str, card_id: str) -> tuple[Card, Document]:
    shelf, broken = read_card_files(root, city)
    for card, document in shelf:
        if card.id == card_id:
            return card, document
    for sentence in broken:
        if f"card {card_id}:" in sentence or f"card {card_id}," in sentence:
            raise ContentError(sentence)
    raise Refused(Reason.NO_CARD, card=card_id)


def _refuse(card: Card, signoff: SignOff, today: date) -> None:
    if signoff.lang not in card.texts:
        raise Refused(Reason.CARD_LANGUAGE, card=card.id, lang=signoff.lang, langs=tuple(card.texts))
    if not signoff.name.strip() or len(signoff.name) > LONGEST_NAME or not signoff.name.isprintable():
        raise Refused(Reason.NO_SIGNER, most=LONGEST_NAME)
    if signoff.on > today:
        raise Refused(Reason.DATE_AHEAD)


def _writer() -> YAML:
    """Reads and writes YAML with its comments, quotes and order (round trip)."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = WIDE
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _write(node: Any, card: Card, signoff: SignOff) -> None:
    words = node["texts"][signoff.lang]
    kept = [old for old in words.get("signed") or [] if not _superseded(old, card, signoff)]
    words["signed"] = [*kept, _entry(card, signoff)]
    if signoff.role == "lawyer":
        node["status"] = "reviewed"
        for name, value in (("reviewed_by", _quoted(signoff.name)), ("reviewed_on", signoff.on)):
            if name in node:
                node[name] = value
            else:
                node.insert(list(node).index("status") + 1, name, value)


def _superseded(old: Any, card: Card, signoff: SignOff) -> bool:
    if old["role"] != signoff.role:
        return False
    return old["name"] == signoff.name.strip() or old["text"] != _fingerprint(card, signoff)


def _fingerprint(card: Card, signoff: SignOff) -> str:
    return fingerprint(card, signoff.lang, signoff.role)


def _entry(card: Card, signoff: SignOff) -> CommentedMap:
    entry = CommentedMap(
        name=_quoted(signoff.name),
        role=signoff.role,
        signed_on=signoff.on,
        text=DoubleQuotedScalarString(_fingerprint(card, signoff)),  # unquoted, 12e4… would be a number
    )
    entry.fa.set_flow_style()
    return entry


def _quoted(name: str) -> DoubleQuotedScalarString:
    return DoubleQuotedScalarString(name.strip())


def _replaced(path: Path, yaml: YAML, nodes: list[Any], card_id: str, facts: Facts) -> Card:
    """Put the new file in the old one's place, once it is sure that it can be read and changes one card."""
    fresh = path.with_suffix(".signing")
    try:
        with fresh.open("w", encoding="utf-8") as out:
            yaml.dump_all(nodes, out)
        before, after = _by_id(read(path)), _by_id(read(fresh))
        card = filled(after[card_id], facts).parse(Card)
        if any(after[id_].data != old.data for id_, old in before.items() if id_ != card_id):
            raise ContentError(
                f"{path.name} cannot be written without changing other cards: sign it by hand."
            )
        os.replace(fresh, path)  # noqa: PTH105 - one step, whatever runs meanwhile
    finally:
        with suppress(FileNotFoundError):
            fresh.unlink()
    return card


def _by_id(documents: list[Document]) -> dict[str, Document]:
    return {one.data["id"]: one for one in documents}

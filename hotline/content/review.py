"""Who vouches for a card: whose sign-off stands, what is still missing, what expires."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hotline.content.messages import FALLBACK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from hotline.content.cards import Card, Role, Signature

SOON: Final = 30  # days before its expiry that a card is listed
_DIGITS: Final = 16  # of SHA-256, in hexadecimal: enough to notice a change, short enough to read


def fingerprint(card: Card, lang: str, role: Role) -> str:
    """What a sign-off vouches for: it stands as long as this stays the same.

    The language's texts and the quotation. A translator also vouches that they say what English says, so
    a change of the English text voids translations too. Line breaks and double spaces do not count.
    """
    spoken = [card.texts[lang]]
    if role == "translator" and FALLBACK in card.texts and lang != FALLBACK:
        spoken.append(card.texts[FALLBACK])
    parts = [part for words in spoken for part in (words.label, words.short, words.more)]
    if card.quotation:
        parts += [card.quotation.text, card.quotation.citation]
    plain = "\n".join(" ".join(part.split()) for part in parts)
    return hashlib.sha256(plain.encode()).hexdigest()[:_DIGITS]


def stands(card: Card, lang: str, signature: Signature) -> bool:
    """Whether nothing was changed since it was signed."""
    return signature.text == fingerprint(card, lang, signature.role)


def void(card: Card) -> Iterator[tuple[str, int, Signature]]:
    """Sign-offs that stand no more: language, place in its list, sign-off."""
    for lang, words in card.texts.items():
        for place, signature in enumerate(words.signed):
            if not stands(card, lang, signature):
                yield lang, place, signature


def by_lawyer(card: Card) -> bool:
    """Whether a lawyer's sign-off stands, in whatever language they read it."""
    return any(
        signature.role == "lawyer" and stands(card, lang, signature)
        for lang, words in card.texts.items()
        for signature in words.signed
    )


def reviewed(card: Card, lang: str) -> bool:
    """Whether residents may be told this text without the caution that nobody checked it.

    The law was checked by a lawyer, and this language by somebody who signed for it.
    """
    own = any(stands(card, lang, signature) for signature in card.texts[lang].signed)
    return card.status == "reviewed" and own and by_lawyer(card)


@dataclass(frozen=True)
class Standing:
    """Why a card is on somebody's list.

    Attributes:
        unreviewed: languages that residents get with a caution.
        lawyer: whether a lawyer's sign-off stands.
        days: until it expires; negative once it has.
    """

    card: Card
    unreviewed: tuple[str, ...]
    lawyer: bool
    days: int

    @property
    def expired(self) -> bool:
        """Whether residents are told that it may be old."""
        return self.days < 0

    @property
    def soon(self) -> bool:
        """Whether it expires within a month."""
        return 0 <= self.days <= SOON

    @property
    def open(self) -> bool:
        """Whether somebody has something to do."""
        return bool(self.unreviewed) or self.expired or self.soon


def standing(card: Card, languages: Iterable[str], today: date) -> Standing:
    """How one card stands on a day, in the languages of a city."""
    missing = tuple(lang for lang in languages if lang in card.texts and not reviewed(card, lang))
    return Standing(card, missing, by_lawyer(card), (card.review_by - today).days)

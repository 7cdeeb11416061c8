"""The card: one topic's answer, with its sources, quotation, reviewer and expiry."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads the annotation at run time
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from hotline.content.city import PRINTABLE, Grade, Strict, Text
from hotline.content.documents import Document, read
from hotline.content.facts import filled, read_facts
from hotline.content.topics import ANSWERED
from hotline.errors import ContentError

if TYPE_CHECKING:
    from pathlib import Path

type Jurisdiction = Literal["national", "state", "city"]
type Role = Literal["lawyer", "translator"]
type Status = Literal["draft", "reviewed"]

_NEARNESS: dict[Jurisdiction, int] = {"national": 0, "state": 1, "city": 2}


class Source(Strict):
    """Where a card's facts were seen. `address` is a web address, or a citation where there is none.

    `fact` names what stands in `facts.yml`: a card writes {fact: ID}, and the rest is filled in.
    """

    title: Annotated[str, Field(min_length=1, max_length=80)]
    address: Text
    seen: date
    grade: Grade
    fact: str = ""

    @property
    def site(self) -> str:
        """Where the page is found, in short; empty where there is none, or the title says it."""
        site = (urlsplit(self.address).hostname or "").removeprefix("www.")
        owner = ".".join(site.split(".")[-2:])
        return "" if owner in self.title.casefold() else site

    @field_validator("grade")
    @classmethod
    def _strong_enough(cls, value: Grade) -> Grade:
        if value not in PRINTABLE:
            raise ValueError(f"grade {value} is too weak to print; find a source graded B or better")
        return value


class Quotation(Strict):
    """Words of a law, exactly as they stand there."""

    text: Text
    citation: Text


class Signature(Strict):
    """A named lawyer's or translator's word that one language is right; `hotline content sign` writes it.

    `text` is the fingerprint of what was signed: a text that is changed later is no longer signed.
    """

    name: Text
    role: Role
    signed_on: date  # plain `on` would be YAML for true
    text: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]


class CardText(Strict):
    """A card in one language. `short` fits two segments, cautions included; `more` answers MORE."""

    label: Annotated[str, Field(min_length=1, max_length=40)]
    short: Text
    more: str = ""
    signed: tuple[Signature, ...] = ()


class Card(Strict):
    """One topic's answer. Frozen: what was loaded is what was checked."""

    id: Annotated[str, Field(pattern=r"^[a-z]+(\.[a-z0-9_]+)+$")]
    topic: str
    jurisdiction: Jurisdiction
    status: Status
    reviewed_on: date | None = None
    reviewed_by: str = ""
    review_by: date
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    quotation: Quotation | None = None
    say: tuple[Text, ...] = ()  # words to say to an agent, in English: each language's text holds them
    texts: Annotated[dict[str, CardText], Field(min_length=1)]

    @field_validator("topic")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in ANSWERED:
            raise ValueError(f"{value} is not a topic that cards answer")
        return value

    @model_validator(mode="after")
    def _signed_if_reviewed(self) -> Card:
        named = bool(self.reviewed_by and self.reviewed_on)
        if (self.status == "reviewed") != named:
            raise ValueError("a reviewed card names reviewed_by and reviewed_on; a draft names neither")
        return self

    @property
    def nearness(self) -> int:
        """A city's card answers before the state's, the state's before the nation's."""
        return _NEARNESS[self.jurisdiction]

    def expired(self, today: date) -> bool:
        """Whether `today` is past the day the card had to be reviewed."""
        return today > self.review_by


type Shelf = list[tuple[Card, Document]]


def read_cards(root: Path, city: str) -> Shelf:
    """Every card of the nation and of `city`, with the document it stands in.

    Raises:
        ContentError: one sentence naming file, line, card, language and what is wrong.
    """
    shelf, broken = read_card_files(root, city)
    if broken:
        raise ContentError(broken[0])
    return shelf


def read_card_files(root: Path, city: str) -> tuple[Shelf, list[str]]:
    """The cards that can be read, and one sentence for each file or card that cannot."""
    shelf: Shelf = []
    broken: list[str] = []
    seen: dict[str, str] = {}
    facts = read_facts(root)
    for place in ("national", city):
        for path in sorted((root / "legal" / place).glob("*.yml")):
            try:
                documents = read(path)
            except ContentError as error:
                broken.append(str(error))
                continue
            for document in documents:
                try:
                    card = filled(document, facts).parse(Card)
                except ContentError as error:
                    broken.append(str(error))
                    continue
                if card.id in seen:
                    where = document.where(("id",))
                    broken.append(f"{where}, card {card.id}: the id is taken by {seen[card.id]}.")
                seen[card.id] = document.where(("id",))
                shelf.append((card, document))
    return shelf, broken

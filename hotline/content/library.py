"""The library: everything the line can say, loaded and checked once, answered from memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

from hotline.content.cards import Card, CardText, Shelf, read_cards
from hotline.content.city import City, read_city
from hotline.content.clock import moment
from hotline.content.messages import FALLBACK, Messages, read_messages
from hotline.content.review import Standing, reviewed, standing
from hotline.content.topics import TOPICS
from hotline.errors import ContentError

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from hotline.content.city import Event

type Part = Literal["short", "more", "source", "law"]

EVENTS = "community_events"  # answered from the city pack: no card would stay true

_MOST_EVENTS = 2

PARTS: tuple[Part, ...] = ("short", "more", "source", "law")


@dataclass(frozen=True)
class Answer:
    """A text ready to send: cautions and the words one can reply are in it.

    Attributes:
        lang: the language the text is in, which is English where the card lacks the asked one.
        has_more: whether MORE brings more.
        has_law: whether LAW brings a quotation.
    """

    card: str
    topic: str
    lang: str
    text: str
    has_more: bool
    has_law: bool


class Library:
    """Cards, messages and city pack of one installation."""

    def __init__(self, shelf: Shelf, messages: Messages, city: City, today: date | None = None) -> None:
        self.topics = TOPICS
        self.city = city
        self._shelf = shelf
        self.messages = messages
        self._today = today
        self._by_id = {card.id: card for card, _ in shelf}
        self._by_topic = _nearest(shelf)

    @classmethod
    def load(cls, root: Path, city: str, today: date | None = None) -> Self:
        """Read `root` (the content folder) for one city.

        Args:
            root: the content folder.
            city: name of the city pack, without `.yml`.
            today: the date to judge expiry by; the city's own clock when None.

        Raises:
            ContentError: one sentence naming file, card, language and line.
        """
        pack, _ = read_city(root, city)
        return cls(read_cards(root, city), read_messages(root), pack, today)

    def at(self, today: date) -> Self:
        """The same library as it answers on another day."""
        return type(self)(self._shelf, self.messages, self.city, today)

    def card(self, card_id: str) -> Card | None:
        """The card with this id."""
        return self._by_id.get(card_id)

    def card_for(self, topic: str) -> Card | None:
        """The card that answers `topic`: the city's before the state's before the nation's."""
        return self._by_topic.get(topic)

    def cards(self) -> tuple[Card, ...]:
        """Every card, in the order of the files."""
        return tuple(self._by_id.values())

    def standings(self) -> tuple[Standing, ...]:
        """Cards that somebody has to sign or to look at again, in the order of the files."""
        today = self._today or self.city.today()
        found = [standing(card, self.city.languages, today) for card in self.cards()]
        return tuple(one for one in found if one.open)

    def answer(self, topic: str, lang: str, part: Part = "short") -> Answer | None:
        """What to send for `topic`; None when there is no card or the card has no such part."""
        card = self._by_topic.get(topic)
        if card is None:
            return self._events(lang) if (topic, part) == (EVENTS, "short") else None
        spoken = lang if lang in card.texts else FALLBACK
        text = self.render(card, spoken, part)
        if not text:
            return None
        return Answer(card.id, topic, spoken, text, bool(card.texts[spoken].more), card.quotation is not None)

    def label(self, topic: str, lang: str) -> str:
        """The menu label of a topic: its card's, or the line's own, in English where `lang` has none."""
        card = self._by_topic.get(topic)
        if card is not None:
            return card.texts.get(lang, card.texts[FALLBACK]).label
        key = f"label_{topic}"
        return self.say(key, lang) if self.messages.has(key) else topic.replace("_", " ")

    def say(self, key: str, lang: str, /, **values: object) -> str:
        """A sentence of the line, see `Messages.say`; `city` and `line_name` need not be given.

        Raises:
            ContentError: no such key, or a placeholder got no value.
        """
        here = {"city": self.city.name, "line_name": self.city.line_name} | self.city.help_lines()
        return self.messages.say(key, lang, **(here | values))

    def render(self, card: Card, lang: str, part: Part) -> str:
        """A part of a card as it is sent, cautions included; empty when the card has no such part."""
        words = card.texts[lang]
        if part == "short":
            return self._with_tail(words.short, card, lang, _short_words(card, words))
        if part == "more":
            return words.more and self._with_tail(words.more, card, lang, ("source", "person"))
        if part == "law":
            law = card.quotation
            return self.say("law_frame", lang, text=law.text, citation=law.citation) if law else ""
        return self._sources(card, lang)

    def _events(self, lang: str) -> Answer:
        coming = self.city.coming_events(self._today or self.city.today())[:_MOST_EVENTS]
        told = [self.event(one, lang) for one in coming]
        text = "\n".join(told) if told else self.say("events_none", lang)
        return Answer("city.events", EVENTS, lang, text, has_more=False, has_law=False)

    def event(self, one: Event, lang: str) -> str:
        """When, what and where a meeting is, in a line."""
        return self.say("events_line", lang, name=one.name, time=moment(one.starts, lang), place=one.place)

    def _with_tail(self, text: str, card: Card, lang: str, words: tuple[str, ...]) -> str:
        tail = [text]
        caution = _caution(card, lang, self._today or self.city.today())
        if caution:
            tail.append(self.say(caution, lang))
        named = [self.say(f"word_{word}", lang) for word in words]
        tail.append(self.say("reply_words", lang, words=self._join(named, lang)))
        return " ".join(tail)

    def _join(self, named: list[str], lang: str) -> str:
        if len(named) == 1:
            return named[0]
        return f"{', '.join(named[:-1])} {self.say('word_or', lang)} {named[-1]}"

    def _sources(self, card: Card, lang: str) -> str:
        lines = [
            self.say("source_line", lang, title=one.title, site=one.site, seen=one.seen)
            for one in card.sources
        ]
        return self.say("source_frame", lang, sources="; ".join(lines))


def _caution(card: Card, lang: str, today: date) -> str:
    checked = reviewed(card, lang)
    if card.expired(today):
        return "caution_expired" if checked else "caution_expired_draft"
    return "" if checked else "caution_draft"


def _short_words(card: Card, words: CardText) -> tuple[str, ...]:
    return (*(["more"] if words.more else []), *(["law"] if card.quotation else []), "person")


def _nearest(shelf: Shelf) -> dict[str, Card]:
    chosen: dict[str, Card] = {}
    for card, document in shelf:
        if FALLBACK not in card.texts:
            where = document.where(("texts",))
            raise ContentError(f"{where}, card {card.id}: texts need {FALLBACK}, the others fall back to it.")
        known = chosen.get(card.topic)
        if known and known.nearness == card.nearness:
            where = document.where(("topic",))
            raise ContentError(f"{where}, card {card.id}: {known.id} already answers {card.topic}.")
        if known is None or card.nearness > known.nearness:
            chosen[card.topic] = card
    return chosen

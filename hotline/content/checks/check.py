"""`hotline content check`: everything that must hold before a text may be sent to a frightened person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from hotline.content.cards import Card, read_card_files
from hotline.content.checks.english_words import read_speech, unsaid
from hotline.content.checks.readability import ease
from hotline.content.city import HELP_LINES, City, read_city
from hotline.content.documents import read
from hotline.content.facts import of_topic, read_facts
from hotline.content.library import EVENTS, PARTS, Library
from hotline.content.messages import FALLBACK, Messages, fields, read_messages
from hotline.content.registration import Prose
from hotline.content.review import standing, void
from hotline.content.topics import ANSWERED, REQUIRED
from hotline.content.wording import Ban, Cheaper, breaches, numbers, read_bans, read_cheaper
from hotline.errors import ContentError
from hotline.text.segments import count

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from hotline.content.cards import Shelf
    from hotline.content.documents import Document
    from hotline.content.facts import Facts

type Level = Literal["error", "warning", "review", "reading", "hint"]

SEGMENTS = {"short": 2, "more": 8, "source": 3}  # most segments each part may cost
MESSAGE_SEGMENTS = 2
CARRIER_LIMIT = 1600  # characters Twilio takes in one body
_LAST_DAY = 9999  # a year by which every card has expired: the longest caution counts


@dataclass(frozen=True)
class Finding:
    """One thing to repair (error), to know (warning) or to consider (hint), as one sentence.

    `review` lists cards that somebody has to sign or to look at again, `reading` texts that are hard to read.
    """

    level: Level
    text: str


@dataclass
class Report:
    """What a check found, and what there is."""

    findings: list[Finding] = field(default_factory=list[Finding])
    cards: tuple[Card, ...] = ()
    languages: tuple[str, ...] = ()
    topics: int = 0

    def of(self, level: Level) -> list[str]:
        """The sentences of one level."""
        return [one.text for one in self.findings if one.level == level]

    def status(self) -> Counter[str]:
        """How many cards there are by status."""
        return Counter(card.status for card in self.cards)


def check(root: Path, city: str, today: date | None = None) -> Report:
    """Check all content of one city.

    Args:
        root: the content folder.
        city: name of the city pack, without `.yml`.
        today: the date to judge expiry by; the city's own clock when None.
    """
    report = Report()
    try:
        pack, where = read_city(root, city)
        messages, cheaper = read_messages(root), read_cheaper(root)
        bans = {lang: read_bans(root, lang) for lang in pack.languages}
        speech, facts = read_speech(root), read_facts(root)
        pages = read(root / "registration" / f"{FALLBACK}.yml")[0]
        prose = pages.parse(Prose)
    except ContentError as error:
        report.findings.append(Finding("error", str(error)))
        return report
    shelf, broken = read_card_files(root, city)
    report.findings += [Finding("error", text) for text in broken]
    report.cards, report.languages = tuple(card for card, _ in shelf), pack.languages
    report.topics = len({card.topic for card, _ in shelf})
    report.findings += _city(pack, where)
    report.findings += _messages(messages, pack, bans, cheaper)
    report.findings += _pages(prose, pages, bans.get(FALLBACK, ()))
    report.findings += _shelf(shelf, pack)
    report.findings += _review(shelf, pack, today or pack.today())
    report.findings += _reading(shelf, pack)
    report.findings += _facts(shelf, pack, facts)
    report.findings += _saying(shelf, pack, speech)
    try:
        library = Library(shelf, messages, pack, today)
        report.findings += _cards(shelf, library, bans, cheaper, today or pack.today())
    except ContentError as error:
        report.findings.append(Finding("error", str(error)))
    return report


def _city(city: City, where: Document) -> Iterator[Finding]:
    if not city.partner_line:
        yield Finding(
            "warning", f"{where.where(('partner_line',))}: no partner line; fill in a number people can call."
        )
    if not any(step.who in ("everyone", "organizers", "partner") for step in city.policy):
        yield Finding(
            "error", f"{where.where(('policy',))}: the policy ends with the people on call; add everyone."
        )


def _messages(
    messages: Messages, city: City, bans: dict[str, tuple[Ban, ...]], cheaper: Cheaper
) -> Iterator[Finding]:
    base = messages.by_lang[FALLBACK]
    further = [lang for lang in messages.by_lang if lang not in city.languages]  # a few urgent sentences
    for lang in (*city.languages, *further):
        spoken = messages.by_lang.get(lang, {})
        for key in sorted(base.keys() - spoken.keys()) if lang in city.languages else ():
            yield Finding("error", f"{lang}.yml, line 1, language {lang}: message {key} is missing.")
        for key, text in spoken.items():
            where = f"{messages.documents[lang].where((key,))}, language {lang}: message {key}"
            if key not in base:
                yield Finding("error", f"{where} is not in {FALLBACK}.yml.")
            elif fields(text) != fields(base[key]):
                yield Finding("error", f"{where} must have the same names in braces as in {FALLBACK}.yml.")
            for name in sorted(
                fields(text) & {name for name, number in city.help_lines().items() if not number}
            ):
                missing = f"{{{name}}} needs {HELP_LINES[name]} in the directory, at grade B or better."
                yield Finding("error", f"{where}: {missing}")
            yield from _budget(where, _longest(text, city), MESSAGE_SEGMENTS, lang, cheaper)
            yield from _words(where, text, bans.get(lang, ()), city)


def _longest(text: str, city: City) -> str:
    """A message with every part that may be left out, and the numbers it names."""
    whole = text.replace("[", "").replace("]", "")
    for name, number in city.help_lines().items():
        whole = whole.replace(f"{{{name}}}", number)
    return whole


def _pages(prose: Prose, pages: Document, bans: tuple[Ban, ...]) -> Iterator[Finding]:
    """What carriers and the public pages are told promises no more than a text does."""
    told = {"alerts": prose.alerts, "hotline": prose.hotline, "pages": prose.pages}
    for about, texts in told.items():
        for name, text in texts:
            for said, why in breaches(text, bans):
                where = f"{pages.where((about, name))}: {about}.{name}"
                yield Finding("error", f'{where} says "{said}": {why}.')


def _shelf(shelf: Shelf, city: City) -> Iterator[Finding]:
    answered = {card.topic for card, _ in shelf}
    for topic in REQUIRED:
        if topic not in answered:
            yield Finding("error", f"No card answers the topic {topic}: write one in every language.")
    for topic in ANSWERED:
        if topic not in answered and topic not in (*REQUIRED, EVENTS):
            yield Finding("warning", f"No card answers the topic {topic}: residents are offered a person.")
    for card, document in shelf:
        for lang in city.languages:
            if lang not in card.texts:
                line = document.where(("texts",))
                yield Finding("error", f"{line}, card {card.id}, language {lang}: no text in this language.")


def _review(shelf: Shelf, city: City, today: date) -> Iterator[Finding]:
    for card, document in shelf:
        for lang, place, signature in void(card):
            where = f"{document.where(('texts', lang, 'signed', place))}, card {card.id}, language {lang}"
            who = f"the sign-off of {signature.name} ({signature.role})"
            why = f"the text was changed after {signature.signed_on}; have it signed again"
            yield Finding("warning", f"{where}: {who} is void: {why}.")
        where = f"{document.where(('status',))}, card {card.id}"
        found = standing(card, city.languages, today)
        if card.status == "reviewed" and not found.lawyer:
            said = "status says reviewed, but no lawyer's sign-off stands"
            yield Finding("warning", f"{where}: {said}; residents still get the caution.")
        if found.unreviewed:
            lawyer = "" if found.lawyer else " (no lawyer has signed it)"
            yield Finding("review", f"{where}: not reviewed in {', '.join(found.unreviewed)}{lawyer}.")
        if found.soon:
            line = document.where(("review_by",))
            yield Finding("review", f"{line}, card {card.id}: expires on {card.review_by}; have it reviewed.")


def _reading(shelf: Shelf, city: City) -> Iterator[Finding]:
    for card, document in shelf:
        for lang in (one for one in card.texts if one in city.languages):
            for part in ("short", "more"):
                found = ease(getattr(card.texts[lang], part), lang)
                if found and found.hard:
                    where = document.where(("texts", lang, part))
                    said = f"{part} is hard to read ({found}); shorter sentences, plainer words"
                    yield Finding("reading", f"{where}, card {card.id}, language {lang}: {said}.")


def _facts(shelf: Shelf, city: City, facts: Facts) -> Iterator[Finding]:
    """A card is older than what was read since on its topic."""
    for card, document in shelf:
        where = f"{document.where(('sources',))}, card {card.id}"
        changing = list(of_topic(card.topic, facts, city.id))
        named = {source.fact for source in card.sources}
        for fact in (one for one in changing if one.id not in named):
            said = f"older than the fact {fact.id} of {fact.date} on its topic"
            what = f"say what it changes and name it among the sources: {{fact: {fact.id}}}"
            yield Finding("error", f"{where}: {said}; {what}.")
        signed = card.reviewed_on
        for fact in (one for one in changing if signed and one.date > signed):
            said = f"reviewed on {card.reviewed_on}, before the fact {fact.id} of {fact.date}"
            yield Finding("warning", f"{where}: {said}; have it signed again.")


def _saying(shelf: Shelf, city: City, speech: Mapping[str, re.Pattern[str]]) -> Iterator[Finding]:
    """The agent at the door speaks English: what people are told to say must be English in every language."""
    for card, document in shelf:
        for lang in (one for one in card.texts if one in city.languages):
            where = f"{document.where(('texts', lang))}, card {card.id}, language {lang}"
            for said in unsaid(card, lang, speech):
                yield Finding("error", f"{where}: {said}.")


def _cards(
    shelf: Shelf, library: Library, bans: dict[str, tuple[Ban, ...]], cheaper: Cheaper, today: date
) -> Iterator[Finding]:
    late = library.at(today.replace(year=_LAST_DAY))
    for card, document in shelf:
        if card.expired(today):
            line = document.where(("review_by",))
            yield Finding(
                "warning", f"{line}, card {card.id}: expired on {card.review_by}; have it reviewed."
            )
        for lang in (one for one in card.texts if one in bans):
            for part in PARTS:
                where = f"{document.where(('texts', lang, part))}, card {card.id}, language {lang}: {part}"
                text = late.render(card, lang, part)
                if part != "law":
                    yield from _words(where, text, bans[lang], library.city)
                    yield from _budget(where, text, SEGMENTS[part], lang, cheaper)
                elif len(text) > CARRIER_LIMIT:
                    yield Finding(
                        "error", f"{where} has {len(text)} characters, a text holds {CARRIER_LIMIT}."
                    )


def _words(where: str, text: str, bans: tuple[Ban, ...], city: City) -> Iterator[Finding]:
    for said, why in breaches(text, bans):
        yield Finding("error", f'{where} says "{said}": {why}.')
    for number in numbers(text):
        if number not in city.printable_numbers():
            yield Finding(
                "error", f"{where} names the number {number}, not in the directory at grade B or better."
            )


def _budget(where: str, text: str, most: int, lang: str, cheaper: Cheaper) -> Iterator[Finding]:
    cost = count(text)
    instead = "; ".join(cheaper.hints(text, lang)) if cost.encoding == "UCS-2" else ""
    if cost.count > most or len(text) > CARRIER_LIMIT:
        advice = f"; write without: {instead}" if instead else "; shorten it"
        yield Finding(
            "error", f"{where} costs {cost.count} segments ({cost.units} units), at most {most}{advice}."
        )
    elif instead and cost.count > 1:
        yield Finding("hint", f"{where} costs {cost.count} segments; cheaper without: {instead}.")

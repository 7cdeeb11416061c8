"""The words of a broadcast: locked templates, what free words may not hold, and what each language costs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hotline.content.city import digits
from hotline.content.wording import breaches, numbers, read_bans, read_cheaper
from hotline.refusal import Reason, Refused
from hotline.text import segments
from hotline.understanding.language import LANGUAGES, LanguageGuesser

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from hotline.broadcasts.broadcast import Broadcast
    from hotline.content import Library
    from hotline.incidents.incident import Incident

_LINK: Final = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|org|net|gov|edu|us|ly|co|io)\b\S*", re.IGNORECASE
)
MOST_SEGMENTS: Final = 3
# How a broadcast may end in ready words, by its kind: "not immigration agents" says nothing of a meeting.
ENDINGS: Final = {"alert": ("left", "false", "unable"), "event": ("cancelled",), "news": ()}
CLOSINGS: Final = tuple(reason for reasons in ENDINGS.values() for reason in reasons)
_OTHERWISE: Final = {
    "alert": Reason.ENDING_ALERT, "event": Reason.ENDING_EVENT, "news": Reason.ENDING_NEWS
}  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """What one language of a broadcast costs: people, segments of one text, its alphabet, cheaper words."""

    people: int
    segments: int
    encoding: str
    hints: tuple[str, ...]

    @property
    def total(self) -> int:
        """Segments of all its people."""
        return self.people * self.segments


def from_report(library: Library, one: Incident, time: str) -> dict[str, str]:
    """The locked template of an alert in every language of the city; place and time are the report's.

    Raises:
        Refused: the report has no place yet.
    """
    if not one.place:
        raise Refused(Reason.NO_PLACE, report=one.id)
    key = "alert_raid" if one.live else "alert_raid_over"
    return {lang: library.say(key, lang, place=one.place, time=time) for lang in library.city.languages}


def ignoring(library: Library) -> dict[str, str]:
    """The ready text for the day somebody texts in our name."""
    return {lang: library.say("alert_ignore", lang) for lang in library.city.languages}


def closing(library: Library, one: Broadcast, reason: str, langs: Iterable[str]) -> dict[str, str]:
    """The ready text that ends a broadcast.

    Raises:
        Refused: there is no ready text for that; says what fits.
    """
    if reason not in ENDINGS[one.kind]:
        raise Refused(_OTHERWISE[one.kind], code=one.numbered)
    return {lang: library.say(f"closing_{reason}", lang) for lang in langs}


def complete(one: Broadcast, texts: Iterable[str], langs: Iterable[str]) -> None:
    """Refuse words that some of the people could not read.

    Raises:
        Refused: a language has no text; says which.
    """
    missing = sorted(set(langs) - set(texts))
    if missing:
        raise Refused(Reason.TEXT_MISSING, code=one.numbered, langs=tuple(lang.upper() for lang in missing))


def closing_frame(library: Library, kind: str, texts: dict[str, str], code: str) -> dict[str, str]:
    """How it ended, as it leaves: whose words they are, and what they are about."""
    key = "closing_frame" if kind == "alert" else "closing_frame_other"
    return {lang: library.say(key, lang, text=text, code=code) for lang, text in texts.items()}


def framed(library: Library, texts: dict[str, str], code: str) -> dict[str, str]:
    """The words as they leave: whose they are, how to check them, how to stop."""
    return {lang: library.say("alert_frame", lang, text=words, code=code) for lang, words in texts.items()}


def judge(texts: dict[str, str], library: Library, root: Path, ours: Iterable[str]) -> None:
    """Refuse free words that no text of the line may hold.

    Args:
        texts: by language, without the frame.
        library: whose directory's numbers and addresses may be named.
        root: the content folder.
        ours: numbers of our own, which may be named too.

    Raises:
        Refused: another language than it says, a promise, a number or a link that nobody checked, or far
            too long.
    """
    for lang, words in texts.items():
        _in_its_language(lang, words)
        bans = read_bans(root, lang) if lang in library.city.languages else ()
        for said, why in breaches(words, bans):
            raise Refused(Reason.WORDS_FORBIDDEN, lang=lang.upper(), words=said, why=why)
        if set(numbers(words)) - library.city.printable_numbers() - {digits(number) for number in ours}:
            raise Refused(Reason.WORDS_NUMBER, lang=lang.upper())
        sites = [entry.address for entry in library.city.directory if entry.address]
        for link in _LINK.findall(words):
            if not any(link.rstrip(".,)") in site for site in sites):
                raise Refused(Reason.WORDS_LINK, lang=lang.upper())
        if segments.count(words).count > MOST_SEGMENTS:
            raise Refused(Reason.WORDS_LONG, lang=lang.upper(), most=MOST_SEGMENTS)


def _in_its_language(lang: str, words: str) -> None:
    """Refuse words that are certainly of another language: who reads them would understand nothing."""
    read = LanguageGuesser().guess(words)
    if read.sure and read.lang != lang and lang in LANGUAGES:
        raise Refused(Reason.WORDS_LANGUAGE, lang=lang.upper(), other=read.lang.upper())


def cost(lang: str, words: str, people: int, root: Path) -> Cost:
    """What a language costs, and how to write it cheaper."""
    counted = segments.count(words)
    hints = read_cheaper(root).hints(words, lang) if counted.encoding != "GSM-7" else ()
    return Cost(people, max(1, counted.count), counted.encoding, hints)

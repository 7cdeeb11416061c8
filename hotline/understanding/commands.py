"""Commands of one or two words, in all languages together; accents, case and politeness do not matter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hotline.text.spelling import split
from hotline.text.wordfiles import WordFile, read_words
from hotline.understanding.optout.rules import is_carrier_word, wants_erased

_MOST_WORDS: Final = 6  # of an argument such as a neighborhood: longer texts are sentences, not commands
_LONGEST_PHRASE: Final = 3  # words of a phrase that may be followed by words of its own
_KEYCAP: Final = re.compile(r"\s*([1-9])\ufe0f?\u20e3\s*")
_ANSWER: Final = re.compile(r"\s*q\s*(\d{1,9})(?:\s*[:;,.\-]\s*|\s+)(\S.*)", re.IGNORECASE | re.DOTALL)
_MERGE: Final = re.compile(
    r"\W*(?:merge|join|junta|juntar|une|unir|mete ansanm)\W+(\d{1,9})\W+(?:\w{1,6}\W+)?(\d{1,9})\W*",
    re.IGNORECASE,
)
_ABOUT: Final = re.compile(r"\W*(\w[\w ]*?)[\s:]+([\w-]{2,20})\W*")  # a word, and a handle
_SWAP: Final = re.compile(  # a word, a shift, perhaps a day, and a handle
    r"\W*(\w[\w ]*?)[\s:]+#?(\d{1,9})(?:[\s,:]+(\d{4}-\d\d-\d\d))?"
    r"(?:[\s,:]+(?:(?:with|to|con|com|ak|a)\s+)?@?([\w-]*[^\W\d_][\w-]*))?\W*",
    re.IGNORECASE,
)
_DATED: Final = re.compile(r"\W*(\w[\w ]*?)[\s:]+(\d{4}-\d\d-\d\d)\W*")
_VOLUNTEER: Final = re.compile(r"\W*(?:volunteer|voluntari[oa]|volont[eè])\s+([\w-]{2,20})\W*", re.IGNORECASE)
_SHOWN: Final = re.compile(  # a word, a report or a question, perhaps a part
    r"\W*(\w+)\s+#?(q?\d{1,9})(?:[\s,]+(\d{1,3}))?\W*", re.IGNORECASE
)
# "#7 on my way"; without "#" only as "7: on my way", and never "6:30 they left".
_ADDRESSED: Final = re.compile(r"\s*(?:#\s?(\d{1,9})\b[\s:,.-]*|(\d{1,9})\s?:(?!\d)\s*)(.*)", re.DOTALL)
_WORD: Final = re.compile(r"[^\W_]+")
_GLUED: Final = re.compile(r"(?<=[^\W\d_])(?=\d)")


@dataclass(frozen=True)
class Command:
    """A command and its argument: a language code, a digit, an incident's number, the words of an answer."""

    kind: str
    argument: str = ""


@dataclass(frozen=True)
class Check:
    """A question whether a text is ours: ``verify`` and a number, or ``fake`` and the words as typed."""

    kind: str
    argument: str
    langs: tuple[str, ...]


class _Commands(WordFile):
    """commands.yml: phrases by kind; for languages and digits by argument."""

    resident: dict[str, tuple[str, ...]]
    languages: dict[str, tuple[str, ...]]
    digits: dict[str, tuple[str, ...]]
    staff: dict[str, tuple[str, ...]]
    staff_about: dict[str, tuple[str, ...]]
    with_words: tuple[str, ...]
    check: dict[str, dict[str, tuple[str, ...]]]
    organizer: dict[str, tuple[str, ...]]
    bulletins: dict[str, tuple[str, ...]]
    endings: dict[str, tuple[str, ...]]
    exercise: frozenset[str]
    agreement: tuple[str, ...]
    refusal: tuple[str, ...]
    yes_first: frozenset[str]
    now: frozenset[str]
    beside_now: frozenset[str]
    earlier: frozenset[str]
    alerts_named: frozenset[str]
    texts_named: frozenset[str]
    polite: frozenset[str]


type Phrase = tuple[str, ...]

_WORDS: Final = read_words(Path(__file__).with_name("commands.yml"), _Commands)


def _by_kind(listings: dict[str, tuple[str, ...]]) -> dict[Phrase, Command]:
    return {split(phrase).words: Command(kind) for kind, phrases in listings.items() for phrase in phrases}


def _by_argument(kind: str, listings: dict[str, tuple[str, ...]]) -> dict[Phrase, Command]:
    return {
        split(phrase).words: Command(kind, value) for value, phrases in listings.items() for phrase in phrases
    }


RESIDENT: Final = (
    _by_kind(_WORDS.resident)
    | _by_argument("language", _WORDS.languages)
    | _by_argument("choice", _WORDS.digits)
)
STAFF: Final = _by_kind(_WORDS.staff)
ABOUT: Final = _by_kind(_WORDS.staff_about)
# Whether a text is ours: kind and languages by phrase.
CHECK: Final = {
    phrase: (kind, tuple(lang for lang, said in by_lang.items() if " ".join(phrase) in said))
    for kind, by_lang in _WORDS.check.items()
    for phrase in {split(words).words for said in by_lang.values() for words in said}
}
ORGANIZER: Final = _by_kind(_WORDS.organizer)
BULLETINS: Final = _by_kind(_WORDS.bulletins)
ENDINGS: Final = _by_kind(_WORDS.endings)
EXERCISE: Final = _WORDS.exercise
_AGREEMENT: Final = frozenset(split(phrase).words for phrase in _WORDS.agreement)
_REFUSAL: Final = frozenset(split(phrase).words for phrase in _WORDS.refusal)
_WITH_WORDS: Final = frozenset(split(phrase).words for phrase in _WORDS.with_words)


def resident_command(text: str) -> Command | None:
    """The command a resident texted, or None: then it is a sentence for the conversation.

    The words of carriers (STOP, END, QUIT, CANCEL …) are always ``stop``: no command of ours uses them.
    """
    keycap = _KEYCAP.fullmatch(text)
    if keycap:
        return Command("choice", keycap.group(1))
    words = _core(text)
    whole = " ".join(words)
    if is_carrier_word(whole):
        return Command("stop")
    if len(whole) == 1 and whole in "123456789":
        return Command("choice", whole)
    known = RESIDENT.get(words)
    if known is None and wants_erased(text):
        return Command("delete")
    return known or _with_words(text)


def staff_command(text: str) -> Command | None:
    """The command a responder or organizer texted, or None: then it is free text to be relayed.

    An argument is an incident's number without its "#"; for ``answer`` it is "Q12" and the words as typed;
    for ``lost`` and ``vouch`` it is a handle; for ``swap`` it is "3|2026-12-24|maria", parts may miss;
    for ``away`` and ``back`` it is a day; for ``show`` perhaps a second number, of the part to begin with.
    """
    answer = _ANSWER.fullmatch(text)
    if answer:
        return Command("answer", f"Q{answer.group(1)} {answer.group(2).strip()}")
    words = _core(text)
    merge = _MERGE.fullmatch(text)
    if merge:
        return Command("merge", f"{merge.group(1)} {merge.group(2)}")
    planned = _planned(text)
    if planned:
        return planned
    about = _ABOUT.fullmatch(text)
    if about and (command := ABOUT.get(split(about.group(1)).words)):
        return Command(command.kind, about.group(2))
    if len(words) > 1 and words[-1].isascii() and words[-1].isdigit():
        command = STAFF.get(words[:-1])
        return Command(command.kind, words[-1]) if command else None
    return STAFF.get(words)


def _planned(text: str) -> Command | None:
    """SWAP with what belongs to it, AWAY and BACK with a day, or SHOW with a part."""
    shown = _SHOWN.fullmatch(text)
    if shown and (command := STAFF.get(split(shown[1]).words)) and command.kind == "show":
        return Command("show", " ".join(part.upper() for part in shown.groups()[1:] if part))
    dated, swap = _DATED.fullmatch(text), _SWAP.fullmatch(text)
    if dated and (command := STAFF.get(split(dated[1]).words)) and command.kind in ("away", "back"):
        return Command(command.kind, dated[2])
    if swap and (command := STAFF.get(split(swap[1]).words)) and command.kind == "swap":
        return Command("swap", "|".join(part or "" for part in swap.groups()[1:]))
    return None


def offered_handle(text: str) -> str:
    """The handle under which a resident offers to respond: VOLUNTEER maria; "" for any other text."""
    offer = _VOLUNTEER.fullmatch(text)
    return offer[1].casefold() if offer else ""


def check_command(text: str) -> Check | None:
    """What a text asks to be checked; None for any other text."""
    words = tuple(word for word in split(_GLUED.sub(" ", text)).words if word not in _WORDS.polite)
    numbers = [word for word in words if word.isascii() and word.isdigit()]
    kind, langs = CHECK.get(tuple("0" if word in numbers else word for word in words), ("", ()))
    if kind == "verify" and len(numbers) <= 1:
        return Check(kind, "".join(numbers), langs)
    ends = [word.end() for word in _WORD.finditer(text)]
    spelt = split(text).words[:_LONGEST_PHRASE]
    for length in range(min(len(spelt), len(ends)), 0, -1):
        kind, langs = CHECK.get(spelt[:length], ("", ()))
        if kind == "fake":
            rest = text[ends[length - 1] :].lstrip(" \t\n,:;.!-")
            return Check(kind, rest.strip(" \t\n\"'“”«»"), langs)
    return None


def addressed(text: str) -> tuple[str, str]:
    """Number and words of ``#7 on my way`` or ``7: on my way``; no number and the whole text of any other."""
    match = _ADDRESSED.fullmatch(text)
    return (match[1] or match[2], match[3].strip()) if match else ("", text.strip())


def agrees(text: str) -> bool:
    """Whether a text says yes and nothing else."""
    return _core(text) in _AGREEMENT


def declines(text: str) -> bool:
    """Whether a text says no and nothing else."""
    return split(text).words in _REFUSAL or _core(text) in _REFUSAL


def says_now(text: str) -> bool:
    """Whether a text answers yes to "is this happening right now?", perhaps with more: "yes, 3 cars"."""
    words = _core(text)
    if not words or "?" in text or not _WORDS.earlier.isdisjoint(words):
        return False
    time = not _WORDS.now.isdisjoint(words)
    if time and set(words) <= _WORDS.now | _WORDS.beside_now:
        return True
    return words[0] in _WORDS.yes_first or words == ("si",) or (words[0] == "si" and time)


def about_alerts(text: str) -> bool:
    """Whether a wish to hear no more names alerts and nothing else of ours."""
    words = split(text).words
    return not _WORDS.alerts_named.isdisjoint(words) and _WORDS.texts_named.isdisjoint(words)


def core(text: str) -> Phrase:
    """The words of a text without politeness; "alert7" is two."""
    return _core(_GLUED.sub(" ", text))


def _core(text: str) -> Phrase:
    """The words of a text without politeness."""
    return tuple(word for word in split(text).words if word not in _WORDS.polite)


def _with_words(text: str) -> Command | None:
    """A phrase that takes words of its own, the longest first; the words are kept as typed."""
    ends = [word.end() for word in _WORD.finditer(text)]
    words = split(text).words
    if len(ends) != len(words):
        return None
    for length in range(min(_LONGEST_PHRASE, len(words) - 1), 0, -1):
        if words[:length] in _WITH_WORDS and len(words) - length <= _MOST_WORDS:
            rest = text[ends[length - 1] :].strip(" \t\n,:;.!-")
            return Command(RESIDENT[words[:length]].kind, rest)
    return None

"""Recognise the wish to get no more texts, in any reasonable wording, also inside a sentence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Literal

from hotline.text.spelling import Words, split
from hotline.text.wordfiles import WordFile, read_words

type OptOut = Literal["stop", "ambiguous"]


class _OptOutWords(WordFile):
    """optout.yml; see there what each list is."""

    spelled: dict[str, str]
    carrier: frozenset[str]
    carrier_phrases: frozenset[str]
    unclear: tuple[str, ...]
    polite: frozenset[str]
    crisis: frozenset[str]
    complaint: str
    parts: dict[str, str]
    stop: tuple[str, ...]
    not_stop: tuple[str, ...]
    stays: tuple[str, ...]
    elsewhere: tuple[str, ...]
    erase: tuple[str, ...]
    not_erase: tuple[str, ...]


_WORDS: Final = read_words(Path(__file__).with_name("optout.yml"), _OptOutWords)


def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern of many; `<NAME>` stands for a part, which may name parts above it."""
    whole = "|".join(patterns)
    for name, part in reversed(_WORDS.parts.items()):
        whole = whole.replace(f"<{name}>", part)
    return re.compile(whole)


_STOP: Final = _compiled(_WORDS.stop)
_NOT_STOP: Final = _compiled(_WORDS.not_stop)
_STAYS: Final = _compiled(_WORDS.stays)
_ELSEWHERE: Final = _compiled(_WORDS.elsewhere)
_ERASE: Final = _compiled(_WORDS.erase)
_NOT_ERASE: Final = _compiled(_WORDS.not_erase)
_UNCLEAR: Final = _compiled(_WORDS.unclear)
_COMPLAINT: Final = _compiled((_WORDS.complaint,))
_MEANT: Final = tuple(_WORDS.spelled)
_SPELLED: Final = re.compile("|".join(f"({typed})" for typed in _WORDS.spelled.values()))
_SPACED: Final = re.compile(r"\b(?:[a-zA-Z][ .-]){3,8}[a-zA-Z]\b")  # S T O P
_NUMBER_SIGN: Final = re.compile(r"#(?!\s?\d)")
_CRY: Final = re.compile(r"(?:help|me|now|ayuda|auxilio|socorro|sekou|anmwe|aide|pomocy|ayudenme| )+")


def is_carrier_word(words: str) -> bool:
    """Whether plain words are, alone, a revocation in themselves."""
    return words in _WORDS.carrier or words in _WORDS.carrier_phrases


def names_stop(text: str) -> bool:
    """Whether a carrier's word stands anywhere in a text."""
    return any(not _WORDS.carrier.isdisjoint(sentence) for sentence in _sentences(text))


def says_only_stop(text: str) -> bool:
    """Whether nothing but carrier words and politeness is in a text: that is done, and never doubted."""
    cores = [core for core in map(_core, _sentences(text)) if core]
    return bool(cores) and all(map(is_carrier_word, cores))


def optout(text: str) -> OptOut | None:
    """Whether a text asks to stop.

    47 CFR 64.1200(a)(10): the carrier words are revocation in themselves, and so are other words if a
    reasonable person would understand them so. A bare word that can also be a cry ("basta", "stop it") is
    ``ambiguous``: ask before cutting anybody off. A wish to be deleted is none: see `wants_erased`.
    """
    sentences = _sentences(text)
    spoken = _spoken(sentences)
    if any(map(_erases, spoken)):
        return None
    if any(map(_wishes, spoken)):
        return "stop"
    return _by_core([core for core in map(_core, sentences) if core])


def wants_erased(text: str) -> bool:
    """Whether a text asks that what the line keeps about the writer be deleted."""
    return any(map(_erases, _spoken(_sentences(text))))


def wants_to_stay(text: str) -> bool:
    """Whether a text asks for more texts, or where they are: "please don't stop the alerts"."""
    return _plainly(_STAYS, text)


def means_something_else(text: str) -> bool:
    """Whether no guess may take a text for the wish: it wants to stay, or something else to stop."""
    return wants_to_stay(text) or _plainly(_ELSEWHERE, text)


def _plainly(pattern: re.Pattern[str], text: str) -> bool:
    spoken = _spoken(_sentences(text))
    return any(map(pattern.search, spoken)) and not any(map(_wishes, spoken))


def _wishes(sentence: str) -> bool:
    return _STOP.search(sentence) is not None and _NOT_STOP.search(sentence) is None


def _erases(sentence: str) -> bool:
    return _ERASE.search(sentence) is not None and _NOT_ERASE.search(sentence) is None


def _by_core(sentences: list[str]) -> OptOut | None:
    """Decide by sentences that hold nothing but the stop word and politeness."""
    bare = [core for core in sentences if is_carrier_word(core)]
    if bare:
        rest = " ".join(core for core in sentences if core not in bare)
        return "ambiguous" if _is_crisis(rest) else "stop"
    if any(map(_UNCLEAR.fullmatch, sentences)):
        return (
            "ambiguous"
            if all(_UNCLEAR.fullmatch(core) or _COMPLAINT.match(core) for core in sentences)
            else None
        )
    return _run_together(" ".join(sentences))


def _is_crisis(rest: str) -> bool:
    """Words beside a bare stop word that make it a cry, and not a complaint."""
    return not _WORDS.crisis.isdisjoint(rest.split()) and not _COMPLAINT.match(rest)


def _run_together(core: str) -> OptOut | None:
    first, _, rest = core.partition(" ")
    start, _, last = core.rpartition(" ")
    if first in _WORDS.carrier and _COMPLAINT.match(rest):
        return "stop"
    if last in _WORDS.carrier and (_COMPLAINT.match(start) or not start) and not _others(start):
        return "stop"
    return "ambiguous" if first in _WORDS.carrier and _CRY.fullmatch(rest) else None


def _others(complaint: str) -> bool:
    """Whether somebody else is told to stop: "i asked them to stop"."""
    return not _WORDS.crisis.isdisjoint(complaint.split()[1:])


def _sentences(text: str) -> list[list[str]]:
    """The words of each sentence, commas ending one too, spelled as they are meant."""
    together = _SPACED.sub(lambda found: re.sub(r"\W", "", found[0]), text)
    words: Words = split(_NUMBER_SIGN.sub(" number ", together.replace(",", ".")))
    sentences: dict[int, list[str]] = {}
    for word, number in zip(words.words, words.sentence, strict=True):
        if word.isalnum():  # emoji say nothing here
            sentences.setdefault(number, []).extend(_meant(word))
    return list(sentences.values())


def _meant(word: str) -> list[str]:
    typed = _SPELLED.fullmatch(word)
    return _MEANT[(typed.lastindex or 1) - 1].split() if typed else [word]


def _spoken(sentences: list[list[str]]) -> list[str]:
    """Each sentence, and all of them as one: many people type none of the stops."""
    apart = [" ".join(sentence) for sentence in sentences]
    return apart if len(apart) < 2 else [*apart, " ".join(apart)]


def _core(sentence: list[str]) -> str:
    """The sentence without politeness; empty when nothing else is in it."""
    whole = " ".join(sentence)
    if _UNCLEAR.fullmatch(whole):
        return whole
    return " ".join(word for word in sentence if word not in _WORDS.polite and word.isalpha())

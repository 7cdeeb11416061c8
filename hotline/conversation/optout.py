"""Recognise the wish to get no more texts, in any reasonable wording, also inside a sentence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Literal

from hotline.spelling import Words, split
from hotline.wordfiles import WordFile, read_words

type OptOut = Literal["stop", "ambiguous"]


class _OptOutWords(WordFile):
    """optout.yml; see there what each list is."""

    carrier: frozenset[str]
    carrier_phrases: frozenset[str]
    unclear: frozenset[str]
    polite: frozenset[str]
    crisis: frozenset[str]
    complaint: str
    parts: dict[str, str]
    stop: tuple[str, ...]
    not_stop: tuple[str, ...]


_WORDS: Final = read_words(Path(__file__).with_name("optout.yml"), _OptOutWords)


def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern of many; `<NAME>` stands for a part."""
    whole = "|".join(patterns)
    for name, part in _WORDS.parts.items():
        whole = whole.replace(f"<{name}>", part)
    return re.compile(whole)


_STOP: Final = _compiled(_WORDS.stop)
_NOT_STOP: Final = _compiled(_WORDS.not_stop)
_COMPLAINT: Final = _compiled((_WORDS.complaint,))
_CRY: Final = re.compile(r"(?:help|me|now|ayuda|auxilio|socorro|sekou|anmwe|aide|pomocy|ayudenme| )+")
_QUE: Final = re.compile(r"\b(?:q|k|ke)\b", re.IGNORECASE)


def is_carrier_word(words: str) -> bool:
    """Whether plain words are, alone, a revocation in themselves."""
    return words in _WORDS.carrier or words in _WORDS.carrier_phrases


def optout(text: str) -> OptOut | None:
    """Whether a text asks to stop.

    47 CFR 64.1200(a)(10): the carrier words are revocation in themselves, and so are other words if a
    reasonable person would understand them so. A bare word that can also be a cry ("basta", "stop it") is
    ``ambiguous``: ask before cutting anybody off.
    """
    sentences = _sentences(split(_QUE.sub("que", text.replace(",", "."))))
    if any(_wishes(" ".join(sentence)) for sentence in (*sentences, [w for s in sentences for w in s])):
        return "stop"
    return _by_core([core for core in map(_core, sentences) if core])


def _wishes(sentence: str) -> bool:
    return _STOP.search(sentence) is not None and _NOT_STOP.search(sentence) is None


def _by_core(sentences: list[str]) -> OptOut | None:
    """Decide by sentences that hold nothing but the stop word and politeness."""
    bare = [core for core in sentences if is_carrier_word(core)]
    if bare:
        rest = " ".join(core for core in sentences if core not in bare)
        return "ambiguous" if _is_crisis(rest) else "stop"
    if any(core in _WORDS.unclear for core in sentences):
        return (
            "ambiguous"
            if all(core in _WORDS.unclear or _COMPLAINT.match(core) for core in sentences)
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
    if last in _WORDS.carrier and (_COMPLAINT.match(start) or not start):
        return "stop"
    return "ambiguous" if first in _WORDS.carrier and _CRY.fullmatch(rest) else None


def _sentences(words: Words) -> list[list[str]]:
    sentences: dict[int, list[str]] = {}
    for word, number in zip(words.words, words.sentence, strict=True):
        sentences.setdefault(number, []).append(word)
    return list(sentences.values())


def _core(sentence: list[str]) -> str:
    """The sentence without politeness; empty when nothing else is in it."""
    whole = " ".join(sentence)
    if whole in _WORDS.unclear:
        return whole
    return " ".join(word for word in sentence if word not in _WORDS.polite and word.isalpha())

"""Bring a text as people type it to plain lower-case words, the same for every language."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0e\ufe0f\ufeff\U0001f3fb-\U0001f3ff]"
)
_ACCENT = re.compile("[\u0300-\u036f]")
_APOSTROPHE = re.compile("[’‘`´ʼ]")
# Letters that Unicode does not split into a base and an accent.
_BASE_LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"}
_UNSPLIT = re.compile(f"[{''.join(_BASE_LETTERS)}]")
_DOTTED = re.compile(r"\b(?:[a-z]\.){2,}[a-z]?")
_RUN = re.compile(r"(\b)?([^\W\d])\2{2,}(\b)?")
_POSSESSIVE = re.compile(r"(?<=[a-z])'s\b")
_ELISION = re.compile(r"\b(l|d|j|m|n|s|t|c|w|qu|jusqu|lorsqu|puisqu)'(?=[a-z])")
# "sí" is yes, "si" is if: the accent must be read before it is dropped.
_SPANISH_YES = re.compile(r"\bsí\b|^\s*si\s*,")
_TOKEN = re.compile(r"[^\W_]+|[.!?;\n¿¡]+|([\u2600-\u27bf\u203c\u2b50\U0001f100-\U0001faff])\1*")
_ENDERS = frozenset(".!?;\n¿¡")
_ABBREVIATIONS = frozenset(
    {"st", "ave", "av", "rd", "dr", "blvd", "mr", "mrs", "sr", "sra", "apt", "no", "ul"}
)


class Words(NamedTuple):
    """A text as words.

    Attributes:
        words: plain lower-case words and emoji (repeated ones once), in order; punctuation is gone.
        sentence: for each word, the number of its sentence, from 0.
        asked: numbers of the sentences that end in a question mark.
    """

    words: tuple[str, ...]
    sentence: tuple[int, ...]
    asked: frozenset[int]


def fold(text: str) -> str:
    """Compatibility characters, case, accents, invisible characters and stretched letters taken away.

    >>> fold("¡INMIGRACIÓÓÓN!")
    '¡inmigracion!'
    """
    if text.isascii():
        text = _SPANISH_YES.sub("yes ", text.lower())
    else:
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()
        text = _SPANISH_YES.sub("yes ", _APOSTROPHE.sub("'", text))
        text = _ACCENT.sub("", unicodedata.normalize("NFD", text))
        text = _UNSPLIT.sub(lambda letter: _BASE_LETTERS[letter.group()], text)
    return _RUN.sub(_unstretched, text)


def _unstretched(run: re.Match[str]) -> str:
    """One letter for a stretched one, but three where the run is the whole word: "kkkkk" is a laugh."""
    whole = run.group(1) is not None and run.group(3) is not None
    return run.group(2) * (3 if whole else 1)


def _join_and_part(text: str) -> str:
    """Undo what punctuation does to words: I.C.E. is one word, they're is one, ICE's is two, l'ICE is two."""
    text = _DOTTED.sub(lambda found: found.group().replace(".", ""), text)
    text = _ELISION.sub(r"\1 ", _POSSESSIVE.sub(" s", text))
    return text.replace("'", "")


@lru_cache(maxsize=1)  # every set of rules reads the same text, one after the other
def split(text: str) -> Words:
    """The words of a text with the sentences they stand in.

    Work is linear in the length of the text.

    >>> split("ICE's outside! Can they come in?").words
    ('ice', 's', 'outside', 'can', 'they', 'come', 'in')
    """
    words: list[str] = []
    sentence: list[int] = []
    asked: set[int] = set()
    current = 0
    for found in _TOKEN.finditer(_join_and_part(fold(text))):
        piece = found.group(1) or found.group()
        if piece[0] not in _ENDERS:
            words.append(piece)
            sentence.append(current)
            continue
        if "?" in piece:
            asked.add(current)
        if piece != "." or not (words and words[-1] in _ABBREVIATIONS):
            current += 1
    return Words(tuple(words), tuple(sentence), frozenset(asked))

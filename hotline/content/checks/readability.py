"""How hard a text is to read: one well-known formula per language, with the limit of reading age 11.

Formulas count letters and sentence ends; they know nothing of what a text says. They find sentences that are
too long and words that are too heavy, and that is all we ask of them.

- English: Flesch-Kincaid grade (Kincaid et al., 1975): ``0.39 W/S + 11.8 Y/W - 15.59``; a US grade is an age
  less 5, so at most 6.
- Spanish: Fernández Huerta (1959), as corrected by Law (2011): ``206.84 - 60 Y/W - 1.02 W/S``; 70 and more is
  "fairly easy", sixth grade, age 11.
- Portuguese: Flesch adapted by Martins et al. (1996): ``248.835 - 84.6 Y/W - 1.015 W/S``; 50 to 75 is "easy",
  school years 5 to 8; we ask for its upper half, 62.
- Haitian Creole: nobody has adapted Flesch; LIX (Björnsson, 1968) needs no syllables: ``W/S + 100 L/W``;
  below 30 is a children's book.

W words, S sentences, Y syllables, L words of more than six letters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

AGE: Final = 11
LONG: Final = 6  # letters; a word with more is long (LIX)

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_END: Final = re.compile(r"[.!?:;]+(?=\s|$|\"|\))|\n+")
_ENGLISH: Final = re.compile(r"[aeiouy]+")
_SILENT: Final = re.compile(r"(?<=[^\Waeiouy])(?:e|es|ed)$")
_VOWELS: Final = re.compile(r"[aeiouáéíóúüâêôãõàyh]+")
_NASAL: Final = re.compile(r"ão|ãe|õe")
_STRONG: Final = re.compile(r"[aeoáéíóúâêôãõà]")


@dataclass(frozen=True)
class Ease:
    """What a formula says of one text.

    Attributes:
        measure: name of the formula.
        value: as the formula gives it, rounded to one place.
        limit: that of reading age 11.
        hard: whether the value is beyond it.
    """

    measure: str
    value: float
    limit: float
    hard: bool

    def __str__(self) -> str:
        side = "at most" if self.measure in _HIGH_IS_HARD else "at least"
        return f"{self.measure} {self.value:g}, {side} {self.limit:g} for age {AGE}"


@dataclass(frozen=True)
class Counts:
    """Letters of a text, counted."""

    words: int
    sentences: int
    syllables: int
    long: int

    @property
    def per_sentence(self) -> float:
        """Words in a sentence, on average."""
        return self.words / self.sentences

    @property
    def per_word(self) -> float:
        """Syllables in a word, on average."""
        return self.syllables / self.words


def ease(text: str, lang: str) -> Ease | None:
    """How easy a text is; None in a language without a formula, or without words."""
    if lang not in _FORMULAS:
        return None
    measure, limit, formula = _FORMULAS[lang]
    counted = counts(text, lang)
    if not counted.words:
        return None
    value = round(formula(counted), 1)
    return Ease(measure, value, limit, value > limit if measure in _HIGH_IS_HARD else value < limit)


def counts(text: str, lang: str) -> Counts:
    """Words, sentences, syllables and long words of a text. Numbers are no words: they are seen, not read."""
    words = [word.lower() for word in _WORD.findall(text)]
    sentences = sum(1 for part in _END.split(text) if _WORD.search(part))
    long = sum(len(word) > LONG for word in words)
    return Counts(len(words), max(1, sentences), sum(syllables(word, lang) for word in words), long)


def syllables(word: str, lang: str) -> int:
    """Syllables of one lower-case word, at least 1.

    English: groups of vowels, less a silent ending. Spanish and Portuguese: each a, e, o and each accented
    vowel is one, i and u beside them are none (``ciu-dad``, ``pa-ís``); nasal diphthongs are one.
    """
    if lang == "en":
        bare = word if word.endswith(("le", "ted", "ded")) else _SILENT.sub("", word)
        return max(1, len(_ENGLISH.findall(bare)))
    groups: list[str] = _VOWELS.findall(_NASAL.sub("ã", word))
    spoken = [group for group in groups if group.strip("h")]
    return max(
        1, sum(max(1, len(_STRONG.findall(group))) for group in spoken if group.strip("hy") or group == "y")
    )


_HIGH_IS_HARD: Final = ("Flesch-Kincaid grade", "LIX")
_FORMULAS: Final[dict[str, tuple[str, float, Callable[[Counts], float]]]] = {
    "en": ("Flesch-Kincaid grade", 6, lambda of: 0.39 * of.per_sentence + 11.8 * of.per_word - 15.59),
    "es": ("Fernández Huerta", 70, lambda of: 206.84 - 60 * of.per_word - 1.02 * of.per_sentence),
    "pt": ("Flesch (Martins)", 62, lambda of: 248.835 - 84.6 * of.per_word - 1.015 * of.per_sentence),
    "ht": ("LIX", 30, lambda of: of.per_sentence + 100 * of.long / of.words),
}

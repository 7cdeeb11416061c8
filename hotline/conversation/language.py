"""Guess the language of a text as short as a word, with the person's last language as a hint."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, cast

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from hotline.spelling import split
from hotline.wordfiles import WordFile, read_words

LANGUAGES: Final = ("en", "es", "pt", "ht", "fr", "pl")
DEFAULT: Final = "en"

_WORD_WEIGHT: Final = 1.0  # one known word against the model's own opinion
_MODEL_WEIGHT: Final = 0.2  # of a difference in the model's log-likelihood: its raw scores run into the tens
_MODEL_CAP: Final = 3.0  # the model may not outvote more than three known words
_PRIOR_WEIGHT: Final = 0.6  # breaks ties, never overrules a clear text
_SURE_MARGIN: Final = 1.6


@dataclass(frozen=True)
class Guess:
    """A language code and whether the text itself gave enough evidence for it."""

    lang: str
    sure: bool


class _LanguageWords(WordFile):
    """languages.yml: words of each language, and words that tell nothing."""

    languages: dict[str, frozenset[str]]
    neutral: frozenset[str]


def _by_word(words: _LanguageWords) -> dict[str, tuple[str, ...]]:
    """Each word with the languages that use it."""
    knowing: dict[str, list[str]] = {}
    for lang, listed in words.languages.items():
        for word in listed:
            knowing.setdefault(word, []).append(lang)
    return {word: tuple(langs) for word, langs in knowing.items()}


_WORDS: Final = read_words(Path(__file__).with_name("languages.yml"), _LanguageWords)
_KNOWING: Final = _by_word(_WORDS)


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    """py3langid (BSD-3, naive Bayes), loaded once; restricted to our languages it is 7 points better than open."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(LANGUAGES)
    return identifier


class LanguageGuesser:
    """Guesses among English, Spanish, Portuguese, Haitian Creole, French and Polish; safe from any thread."""

    def __init__(self) -> None:
        self._rank = _identifier().rank

    def guess(self, text: str, prior: str | None = None) -> Guess:
        """The likeliest language.

        Args:
            text: a text, masked or not.
            prior: the person's last language; decides when the text says too little.
        """
        words = [word for word in split(text).words if word.isalpha() and word not in _WORDS.neutral]
        if not words:
            return Guess(prior or DEFAULT, sure=False)
        votes = _votes(words)
        scores = {lang: votes[lang] + share for lang, share in self._shares(text, words).items()}
        if prior in scores:
            scores[prior] += _PRIOR_WEIGHT
        (best, top), (_, second) = sorted(scores.items(), key=lambda item: -item[1])[:2]
        enough = votes[best] > 0 or len(words) > 2
        return Guess(best, sure=enough and top - second >= _SURE_MARGIN)

    def _shares(self, text: str, words: list[str]) -> dict[str, float]:
        """The model's opinion, scaled to the weight of words; the best language has 0, the others less."""
        ranked = cast("list[tuple[str, float]]", self._rank(_told(text, words)))
        best = ranked[0][1]
        return {lang: max(-_MODEL_CAP, (score - best) * _MODEL_WEIGHT) for lang, score in ranked}


def _told(text: str, words: list[str]) -> str:
    """What the model reads: the text itself where accents can help it, else the words that tell something."""
    return " ".join(words) if text.isascii() else text.casefold()


def _votes(words: list[str]) -> dict[str, float]:
    """How many words each language knows; a word that several know is shared between them."""
    votes = dict.fromkeys(LANGUAGES, 0.0)
    for word in words:
        knowing = _KNOWING.get(word, ())
        for lang in knowing:
            votes[lang] += _WORD_WEIGHT / len(knowing)
    return votes

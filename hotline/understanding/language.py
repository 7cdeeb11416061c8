"""Guess the language of a text as short as a word, with the person's last language as a hint."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, cast

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from hotline.text.spelling import split
from hotline.text.wordfiles import WordFile, read_words

DEFAULT: Final = "en"

_WORD_WEIGHT: Final = 1.0  # one known word against the model's own opinion
_TELLING_WEIGHT: Final = 2.5  # a word that nobody borrows: "hola", "mwen", "obrigado"
_MODEL_WEIGHT: Final = 0.2  # of a difference in the model's log-likelihood: its raw scores run into the tens
_MODEL_CAP: Final = 3.0  # the model may not outvote more than three known words
_SURE_MARGIN: Final = 1.6
# Whoever wrote Spanish before still texts "thanks" and "help me": a few English words change nothing.
_BORROWED_WORDS: Final = 3

_MASKED: Final = re.compile(r"\[[^\[\]]{0,40}\]|https?://\S{1,200}|www\.\S{1,200}")
_STREET: Final = re.compile(
    r"(?:\b\d{1,5} {1,3})?\b[^\W\d_]{2,20} {1,3}(?:st|str|street|ave|av|avenue|rd|road|blvd|boulevard)\b\.?",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"(?<=[a-zà-ÿ,] )[A-ZÀ-Þ][a-zà-ÿ]{1,30}")
_OTHER_SCRIPT: Final = re.compile(r"[\u0370-\u1dff\u2c00-\ud7ff\uf900-\ufdff]")


@dataclass(frozen=True)
class Guess:
    """A language code and whether the text itself gave enough evidence for it."""

    lang: str
    sure: bool


class _LanguageWords(WordFile):
    """languages.yml: words of each language, words that tell it alone, and words that tell nothing."""

    languages: dict[str, frozenset[str]]
    telling: dict[str, frozenset[str]]
    neutral: frozenset[str]


def _by_word(lists: dict[str, frozenset[str]]) -> dict[str, tuple[str, ...]]:
    """Each word with the languages that use it."""
    knowing: dict[str, list[str]] = {}
    for lang, listed in lists.items():
        for word in listed:
            knowing.setdefault(word, []).append(lang)
    return {word: tuple(langs) for word, langs in knowing.items()}


_FILE: Final = read_words(Path(__file__).with_name("languages.yml"), _LanguageWords)
LANGUAGES: Final = tuple(_FILE.languages)
_KNOWING: Final = _by_word(_FILE.languages)
_TELLING: Final = {word: langs[0] for word, langs in _by_word(_FILE.telling).items()}


class LanguageGuesser:
    """Guesses among English, Spanish, Portuguese, Haitian Creole, French and Polish; safe from any thread."""

    def __init__(self) -> None:
        _identifier()  # now, not while the first urgent text waits

    def guess(self, text: str, prior: str | None = None) -> Guess:
        """The likeliest language.

        Names, street addresses and masked words carry no language. A text that says too little keeps the
        prior, and is not sure.

        Args:
            text: a text, masked or not.
            prior: the person's last language; any code, also one that is not guessed here.
        """
        told = _without_names(text)
        words = [word for word in split(told).words if word.isalpha() and word not in _FILE.neutral]
        if max(map(len, words), default=0) < 2 or _in_other_script(told):
            return Guess(prior or DEFAULT, sure=False)
        votes = _votes(words)
        scores = {lang: votes[lang] + share for lang, share in _shares(told, words).items()}
        (best, top), (_, second) = sorted(scores.items(), key=lambda item: -item[1])[:2]
        sure = top - second >= _SURE_MARGIN and (votes[best] > 0 or len(words) > 2)
        if prior and best != prior and (not sure or _borrowed(best, words)):
            return Guess(prior, sure=False)
        return Guess(best, sure)

    def answering(self, text: str, known: str, *, fixed: bool) -> str:
        """The language to answer a text in; "" when there is nothing to go by.

        Args:
            text: a text, masked or not.
            known: the person's last language, "" when unknown.
            fixed: whether they chose it: then no text changes it.
        """
        if fixed or not text.strip():
            return known
        guess = self.guess(text, known or None)
        return guess.lang if guess.sure or not known else known


def _borrowed(lang: str, words: list[str]) -> bool:
    """A few English words, which people of every language text."""
    return lang == DEFAULT and len(words) <= _BORROWED_WORDS


def _without_names(text: str) -> str:
    kept = _STREET.sub(" ", _MASKED.sub(" ", text))
    return _NAME.sub(lambda name: name.group() if name.group().lower() in _KNOWING else " ", kept)


def _in_other_script(text: str) -> bool:
    """Mostly Arabic, Chinese and so on: none of ours."""
    return len(_OTHER_SCRIPT.findall(text)) * 2 > sum(map(str.isalpha, text))


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    """py3langid (BSD-3, naive Bayes), loaded once; restricted to our languages it is 7 points better."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(LANGUAGES)
    return identifier


def _shares(told: str, words: list[str]) -> dict[str, float]:
    """The model's opinion, scaled to the weight of words; the best language has 0, the others less.

    The model reads the text itself where accents can help it, else the words that tell something.
    """
    read = " ".join(words) if told.isascii() else told.casefold()
    ranked = cast("list[tuple[str, float]]", _identifier().rank(read))
    best = ranked[0][1]
    return {lang: max(-_MODEL_CAP, (score - best) * _MODEL_WEIGHT) for lang, score in ranked}


def _votes(words: list[str]) -> dict[str, float]:
    """How many words each language knows; a word that several know is shared between them."""
    votes: dict[str, float] = dict.fromkeys(LANGUAGES, 0.0)
    for word in words:
        if word in _TELLING:
            votes[_TELLING[word]] += _TELLING_WEIGHT
            continue
        knowing = _KNOWING.get(word, ())
        for lang in knowing:
            votes[lang] += _WORD_WEIGHT / len(knowing)
    return votes

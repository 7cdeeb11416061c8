"""Words that name a topic beyond doubt, in every language at once: `content/keywords.yml`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Self, cast

from pydantic import RootModel

from hotline.errors import ContentError
from hotline.text.spelling import split
from hotline.text.wordfiles import read_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path


class _WordsOfTopics(RootModel[dict[str, dict[str, tuple[str, ...]]]]):
    """Topic, then language, then words and phrases."""


def plain(text: str) -> str:
    """How texts and word lists are compared: the words as `split` reads them, one space between."""
    return " ".join(split(text).words)


class TopicWords:
    """Finds the one topic whose words are in a text; the longest match wins, a draw finds none."""

    def __init__(self, phrases: Mapping[str, str]) -> None:
        self._topic_of_phrase = dict(phrases)
        longest_first = sorted(self._topic_of_phrase, key=len, reverse=True)
        self._pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b") if phrases else None

    @property
    def topics(self) -> frozenset[str]:
        """Topics that have words."""
        return frozenset(self._topic_of_phrase.values())

    @classmethod
    def load(cls, path: Path, topics: Collection[str]) -> Self:
        """Read the file: topic, then language, then a list of words or phrases.

        Raises:
            ContentError: no file, not YAML, an unknown topic, or one phrase under two topics.
        """
        phrases: dict[str, str] = {}
        for topic, phrase in _entries(read_words(path, _WordsOfTopics).root, path.name):
            if topic not in topics:
                raise ContentError(f"{path.name}: {topic} is not a topic.")
            if phrases.setdefault(phrase, topic) != topic:
                raise ContentError(f'{path.name}: "{phrase}" is under {phrases[phrase]} and under {topic}.')
        return cls(phrases)

    def topic_of(self, text: str) -> str:
        """The topic a text names, empty when none does or when two do equally."""
        if self._pattern is None:
            return ""
        longest: dict[str, int] = {}
        for phrase in cast("list[str]", self._pattern.findall(plain(text))):
            topic = self._topic_of_phrase[phrase]
            longest[topic] = max(longest.get(topic, 0), len(phrase.split()))
        best = max(longest.values(), default=0)
        winners = [topic for topic, words in longest.items() if words == best]
        return winners[0] if len(winners) == 1 else ""


def _entries(words: Mapping[str, Mapping[str, tuple[str, ...]]], name: str) -> Iterable[tuple[str, str]]:
    for topic, by_lang in words.items():
        for lang, phrases in by_lang.items():
            for phrase in phrases:
                bare = plain(phrase)
                if not bare:
                    raise ContentError(f"{name}, {topic}, {lang}: a phrase is empty.")
                yield topic, bare

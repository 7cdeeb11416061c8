"""Words that name a topic beyond doubt, in every language at once: `content/keywords.yml`."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Self, cast

import yaml

from hotline.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path


def plain(text: str) -> str:
    """Lower case, no accents, one space between words: how texts and word lists are compared."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in folded if not unicodedata.combining(sign))
    return " ".join(re.findall(r"\w+", bare.replace("'", "").replace("\u2019", "")))


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
        try:
            raw: object = yaml.safe_load(path.read_text(encoding="utf-8"))
        except OSError:
            raise ContentError(f"{path.name} is missing from the content folder.") from None
        except yaml.YAMLError as error:
            raise ContentError(f"{path.name} is not YAML: {' '.join(str(error).split())}") from None
        phrases: dict[str, str] = {}
        for topic, phrase in _entries(raw, path.name):
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


def _entries(raw: object, name: str) -> Iterable[tuple[str, str]]:
    if not isinstance(raw, dict):
        raise ContentError(f"{name} must be a mapping of topics.")
    for topic, by_lang in cast("dict[object, object]", raw).items():
        if not isinstance(by_lang, dict):
            raise ContentError(f"{name}, {topic}: write a list of phrases for each language.")
        for lang, phrases in cast("dict[object, object]", by_lang).items():
            if not isinstance(phrases, list):
                raise ContentError(f"{name}, {topic}, {lang}: write a list of phrases.")
            for phrase in cast("list[object]", phrases):
                bare = plain(str(phrase))
                if not bare:
                    raise ContentError(f"{name}, {topic}, {lang}: a phrase is empty.")
                yield str(topic), bare

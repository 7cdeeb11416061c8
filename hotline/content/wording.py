"""Rules about words: what may never be said, what a phone number looks like, what is cheaper to write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field, RootModel, field_validator

from hotline.content.city import Strict, Text, digits
from hotline.content.documents import read
from hotline.text.segments import breakers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# North American numbers as people write them, plus the three-digit services (911, 211, 988 and their like).
_PHONE = re.compile(r"(?<![\w-])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-]?)\d{3}[ .-]?\d{4}(?![\w-])")
_SERVICE = re.compile(r"(?<![\w.,/$-])(?:[2-9]11|988)(?![\w%/-])")
_WORD = re.compile(r"\w+")


class Forbidden(Strict):
    """A way of speaking that no text of the line may use."""

    pattern: Text
    why: Text

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression ({error.msg})") from None
        return value


class _ForbiddenFile(RootModel[tuple[Forbidden, ...]]):
    """`forbidden/<lang>.yml`."""


class Cheaper(Strict):
    """`wording.yml`: replacements for characters, and for words per language."""

    characters: dict[str, str] = Field(default_factory=dict)
    words: dict[str, dict[str, str]] = Field(default_factory=dict)

    def hints(self, text: str, lang: str) -> tuple[str, ...]:
        """What to write instead of each thing in `text` that forces the dearer alphabet."""
        known = self.words.get(lang, {})
        found = [f"{char} -> {self.characters[char]}" for char in breakers(text) if char in self.characters]
        dear = dict.fromkeys(word.lower() for word in _WORD.findall(text) if breakers(word))
        return (*found, *(f"{word} -> {known[word]}" if word in known else word for word in dear))


@dataclass(frozen=True)
class Ban:
    """A compiled rule."""

    pattern: re.Pattern[str]
    why: str


def read_bans(root: Path, lang: str) -> tuple[Ban, ...]:
    """The forbidden ways of speaking in `lang`.

    Raises:
        ContentError: the file is missing or malformed.
    """
    document = read(root / "forbidden" / f"{lang}.yml")[0]
    rules = document.parse(_ForbiddenFile).root
    return tuple(Ban(re.compile(rule.pattern, re.IGNORECASE), rule.why) for rule in rules)


def read_cheaper(root: Path) -> Cheaper:
    """The list of cheaper wordings.

    Raises:
        ContentError: the file is missing or malformed.
    """
    return read(root / "wording.yml")[0].parse(Cheaper)


def breaches(text: str, bans: tuple[Ban, ...]) -> Iterator[tuple[str, str]]:
    """Each forbidden thing said: the words, and why not."""
    plain = " ".join(text.replace("’", "'").split())
    for ban in bans:
        match = ban.pattern.search(plain)
        if match:
            yield match.group().strip(), ban.why


def numbers(text: str) -> tuple[str, ...]:
    """Phone numbers in a text, as digits without the country code."""
    found = [digits(match) for match in (*_PHONE.findall(text), *_SERVICE.findall(text))]
    return tuple(dict.fromkeys(found))

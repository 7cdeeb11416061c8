"""The line's own sentences, per language: greetings, questions, pages, errors."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import RootModel, field_validator

from hotline.content.documents import Document, read
from hotline.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FALLBACK = "en"

_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")  # "[ You can also call {partner}.]": left out when partner is empty


class _Strings(RootModel[dict[str, str]]):
    """A message file: key, then sentence."""

    @field_validator("root")
    @classmethod
    def _formattable(cls, value: dict[str, str]) -> dict[str, str]:
        for key, text in value.items():
            if not text.strip():
                raise ValueError(f"{key} is empty")
            try:
                fields(text)
            except ValueError:
                raise ValueError(f"{key} has a brace without its partner") from None
        return value


@dataclass(frozen=True)
class Messages:
    """All sentences by language, then key."""

    by_lang: Mapping[str, Mapping[str, str]]
    documents: Mapping[str, Document]

    def say(self, key: str, lang: str, /, **values: object) -> str:
        """The sentence `key` in `lang`, in English where `lang` has none.

        Raises:
            ContentError: no such key, or a placeholder got no value.
        """
        text = self.by_lang.get(lang, {}).get(key) or self.by_lang[FALLBACK].get(key)
        if text is None:
            raise ContentError(f"messages/{FALLBACK}.yml has no message {key}: add it, or correct the key.")
        try:
            return _OPTIONAL.sub(lambda part: _kept(part, values), text).format(**values)
        except (KeyError, IndexError, AttributeError):
            wanted = ", ".join(sorted(fields(text)))
            raise ContentError(f"Message {key} in {lang} needs values for: {wanted}.") from None

    def has(self, key: str) -> bool:
        """Whether the line knows this sentence."""
        return key in self.by_lang[FALLBACK]


def fields(text: str) -> frozenset[str]:
    """Names of the placeholders in a sentence.

    Raises:
        ValueError: unbalanced braces.
    """
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def _kept(part: re.Match[str], values: Mapping[str, object]) -> str:
    inside = part.group(1)
    return inside if all(values.get(name, True) not in ("", None) for name in fields(inside)) else ""


def read_messages(root: Path) -> Messages:
    """Load every `messages/<lang>.yml`.

    Raises:
        ContentError: one sentence naming file, line and what is wrong, or that English is missing.
    """
    strings: dict[str, Mapping[str, str]] = {}
    documents: dict[str, Document] = {}
    for path in sorted((root / "messages").glob("*.yml")):
        found = read(path)
        if len(found) != 1:
            raise ContentError(f"{path.name} holds {len(found)} documents: a message file is exactly one.")
        documents[path.stem] = found[0]
        strings[path.stem] = found[0].parse(_Strings).root
    if FALLBACK not in strings:
        raise ContentError(f"{root / 'messages' / 'en.yml'} is not there: every language falls back to it.")
    return Messages(strings, documents)

"""Words to say to an agent: they stand in English in every language, letter for letter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import RootModel, field_validator

from hotline.content.documents import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from hotline.content.cards import Card, CardText

_CLOSING = ".,!?"  # a mark before the closing quotation mark is the sentence's, not the words'


class _Speech(RootModel[dict[str, str]]):
    """`speech.yml`: by language, what opens words to be said."""

    @field_validator("root")
    @classmethod
    def _compiles(cls, value: dict[str, str]) -> dict[str, str]:
        for lang, pattern in value.items():
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{lang} is not a regular expression ({error.msg})") from None
        return value


def read_speech(root: Path) -> Mapping[str, re.Pattern[str]]:
    """What opens words to be said, by language.

    Raises:
        ContentError: the file is missing or malformed.
    """
    patterns = read(root / "speech.yml")[0].parse(_Speech).root
    return {lang: re.compile(pattern, re.IGNORECASE) for lang, pattern in patterns.items()}


def spoken(text: str, opens: re.Pattern[str]) -> Iterator[str]:
    """The quotations in `text` that people are told to say."""
    for match in opens.finditer(text):
        yield text[match.end() :].partition('"')[0]


def unsaid(card: Card, lang: str, speech: Mapping[str, re.Pattern[str]]) -> Iterator[str]:
    """What is wrong with the words to say in one language of a card: one clause each, without a full stop."""
    words = card.texts[lang]
    for said in _missing(card, words):
        yield (
            f'the words to say "{said}" are missing; give them letter for letter in English, their meaning '
            "beside them"
        )
    if lang in speech:
        for part in ("short", "more"):
            for said in _unknown(card, getattr(words, part), speech[lang]):
                yield (
                    f'{part} tells people to say "{said}", but agents speak English; write the English words '
                    "here and under say: in the card"
                )


def _missing(card: Card, words: CardText) -> Iterator[str]:
    text = " ".join(f"{words.short} {words.more}".split())
    yield from (one for one in card.say if one not in text)


def _unknown(card: Card, text: str, opens: re.Pattern[str]) -> Iterator[str]:
    known = {one.rstrip(_CLOSING) for one in card.say}
    plain = " ".join(text.split())
    yield from (said for said in spoken(plain, opens) if said.rstrip(_CLOSING) not in known)

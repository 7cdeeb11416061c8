"""How many SMS segments a text costs, and which characters make it dearer."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

# 3GPP TS 23.038, section 6.2.1: the default alphabet and its extension table. No national shift tables:
# US carriers do not use them. ESC itself is no character a person can send, so it is not listed.
GSM7_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENSION = frozenset("\f^{}\\[~]|€")  # each is sent as ESC plus one septet: two units

_GSM7_SINGLE, _GSM7_PART = 160, 153
_UCS2_SINGLE, _UCS2_PART = 70, 67

_ACCENTS: Final = range(0x300, 0x370)
_MARKS: Final = {0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0xAB: '"', 0xBB: '"',
                 0x2013: "-", 0x2014: "-", 0x2026: "...", 0x9: " "}  # fmt: skip

type Encoding = Literal["GSM-7", "UCS-2"]


@dataclass(frozen=True)
class Segments:
    """The cost of one text.

    Attributes:
        encoding: the alphabet the whole text is sent in.
        units: septets (GSM-7) or UTF-16 code units (UCS-2).
        count: billed segments; a text without words (a photo alone) counts as one.
    """

    encoding: Encoding
    units: int
    count: int


def count(text: str) -> Segments:
    """Count as the carrier does: one character outside GSM-7 moves the whole text to UCS-2.

    Args:
        text: the text as it will be sent.
    """
    if breakers(text):
        return _fill("UCS-2", [2 if ord(char) > 0xFFFF else 1 for char in text], _UCS2_SINGLE, _UCS2_PART)
    return _fill("GSM-7", [2 if char in GSM7_EXTENSION else 1 for char in text], _GSM7_SINGLE, _GSM7_PART)


def breakers(text: str) -> tuple[str, ...]:
    """Characters that force UCS-2, each once, in order of appearance."""
    return tuple(
        dict.fromkeys(char for char in text if char not in GSM7_BASIC and char not in GSM7_EXTENSION)
    )


def plainer(text: str) -> str:
    """The text in letters that cost least, where a letter has such a form: `policía` is `policia`."""
    return "".join(map(_plainer, text.translate(_MARKS)))


def _plainer(char: str) -> str:
    if not breakers(char):
        return char
    letters = (part for part in unicodedata.normalize("NFKD", char) if ord(part) not in _ACCENTS)
    plain = "".join(letters)
    return char if breakers(plain) else plain


def _fill(encoding: Encoding, widths: list[int], single: int, part: int) -> Segments:
    units = sum(widths)
    if units <= single:
        return Segments(encoding, units, 1)
    segments, used = 1, 0
    for width in widths:
        if used + width > part:  # neither an escape pair nor a surrogate pair is ever split over two segments
            segments, used = segments + 1, 0
        used += width
    return Segments(encoding, units, segments)

"""How many SMS segments a text is, counted independently of the hotline's own count."""

from __future__ import annotations

import re
from typing import Final

# 3GPP TS 23.038: the alphabet as a pattern; extension characters cost two septets.
_BASIC: Final = r"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà"
_EXTENSION: Final = r"\f^{}\\\[~\]|€"
_GSM: Final = re.compile(f"[{_BASIC}{_EXTENSION}]*")
_ESCAPED: Final = re.compile(f"[{_EXTENSION}]")


def segments(text: str) -> int:
    """Billed segments of a text; 1 for an empty one.

    Concatenated parts carry 153 septets or 67 UTF-16 units, and neither an escape pair nor a surrogate pair
    is divided between two parts.
    """
    if _GSM.fullmatch(text):
        return _parts([2 if _ESCAPED.match(char) else 1 for char in text], whole=160, part=153)
    return _parts([len(char.encode("utf-16-le")) // 2 for char in text], whole=70, part=67)


def _parts(costs: list[int], *, whole: int, part: int) -> int:
    if sum(costs) <= whole:
        return 1
    number, room = 1, part
    for cost in costs:
        if cost > room:
            number, room = number + 1, part
        room -= cost
    return number

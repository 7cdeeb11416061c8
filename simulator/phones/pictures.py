"""A few small pictures that a phone can send, drawn here: nobody's photo."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH: Final = 320
HEIGHT: Final = 240

type Colour = tuple[int, int, int]
type Box = tuple[int, int, int, int, Colour]

_DARK: Final[Colour] = (38, 42, 51)
_GLASS: Final[Colour] = (158, 190, 214)
_WHITE: Final[Colour] = (248, 247, 243)
_INK: Final[Colour] = (92, 96, 108)

# Boxes are x, y, width, height and colour, painted in order.
_STREET: Final[tuple[Box, ...]] = (
    (0, 0, 320, 140, (196, 216, 233)),
    (18, 34, 70, 106, (176, 106, 84)),
    (96, 18, 84, 122, (214, 190, 150)),
    (190, 44, 112, 96, (140, 124, 118)),
    *((x, y, 12, 16, _GLASS) for x in (28, 52, 108, 132, 156, 204, 232, 260) for y in (56, 88)),
    (0, 140, 320, 26, (182, 182, 178)),
    (0, 166, 320, 74, (86, 90, 98)),
    *((x, 202, 26, 4, (236, 220, 150)) for x in (10, 72, 134, 196, 258)),
    (98, 124, 132, 54, _DARK),
    (112, 132, 28, 18, _GLASS),
    (148, 132, 30, 18, _GLASS),
    (186, 132, 32, 18, _GLASS),
    (112, 170, 22, 20, (20, 20, 24)),
    (192, 170, 22, 20, (20, 20, 24)),
)
_DOOR: Final[tuple[Box, ...]] = (
    (0, 0, 320, 240, (226, 214, 196)),
    (104, 22, 112, 218, (120, 74, 52)),
    (112, 30, 96, 210, (150, 94, 66)),
    (124, 44, 72, 60, (132, 82, 58)),
    (124, 124, 72, 90, (132, 82, 58)),
    (188, 128, 10, 10, (226, 192, 96)),
    (138, 56, 44, 56, _WHITE),
    *((144, y, 32, 3, _INK) for y in (64, 72, 80, 88, 96)),
    (0, 226, 320, 14, (120, 112, 104)),
)
_PAPER: Final[tuple[Box, ...]] = (
    (0, 0, 320, 240, (112, 88, 70)),
    (70, 14, 180, 226, _WHITE),
    (96, 32, 128, 9, _DARK),
    (120, 48, 80, 5, _INK),
    *((88, y, 144, 4, _INK) for y in range(70, 170, 14)),
    (88, 186, 60, 3, _DARK),
    (88, 194, 40, 3, _INK),
    (186, 178, 40, 40, (206, 178, 178)),
)

PICTURES: Final = {"street.png": _STREET, "door.png": _DOOR, "paper.png": _PAPER}


@cache
def picture(name: str) -> bytes:
    """A picture as PNG.

    Raises:
        KeyError: no such picture.
    """
    return _png(_paint(PICTURES[name]))


def _paint(boxes: Iterable[Box]) -> list[bytearray]:
    rows = [bytearray(WIDTH * 3) for _ in range(HEIGHT)]
    for left, top, width, height, colour in boxes:
        span = bytes(colour) * width
        for row in rows[top : top + height]:
            row[left * 3 : (left + width) * 3] = span
    return rows


def _png(rows: list[bytearray]) -> bytes:
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

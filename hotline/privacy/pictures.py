"""Writes a photo again without its metadata: place, time and phone are removed, the picture stays."""

from __future__ import annotations

import io
import warnings
from typing import Final

from PIL import Image, ImageOps

from hotline.errors import BadPicture

LONGEST_SIDE: Final = 1600  # pixels; enough to read a plate
MOST_PIXELS: Final = 50_000_000  # a bomb is refused before it is unpacked
MOST_SIDE: Final = 20_000  # pixels; panoramas stay under it, a picture of one row does not
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
SCALED: Final = ("RGB", "RGBA", "L", "LA", "CMYK", "YCbCr")  # modes that are made smaller as they are
QUALITY: Final = 82


def cleaned(data: bytes) -> bytes:
    """The first picture of a file as a plain JPEG, upright, without any metadata.

    Slow and hungry for memory on a file made to be so: `decoding.cleaned_apart` calls it.

    Raises:
        BadPicture: it is no picture of a kind that phones send, or an unreasonably large one.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:  # reads the header only
                if opened.width * opened.height > MOST_PIXELS or max(opened.size) > MOST_SIDE:
                    raise BadPicture("too_large")
                upright = _upright(opened)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadPicture("unreadable") from None
    # Only pixels are copied: `save` would carry some metadata over from the opened file.
    fresh = Image.new("RGB", upright.size)
    fresh.paste(upright)
    out = io.BytesIO()
    fresh.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _upright(opened: Image.Image) -> Image.Image:
    """Made smaller first: what is turned and converted afterwards takes a fraction of the memory."""
    opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG unpacks only as much as is needed
    small = opened if opened.mode in SCALED else opened.convert("RGB")
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return ImageOps.exif_transpose(small).convert("RGB")

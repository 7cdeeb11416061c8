"""A photo written anew: what is seen stays; where, when and with which phone it was taken goes."""

from __future__ import annotations

import io
import warnings
from typing import Final

from PIL import Image, ImageOps

from hotline.errors import InputError

LONGEST_SIDE: Final = 1600  # pixels; enough to read a plate
MOST_PIXELS: Final = 50_000_000  # a bomb is refused before it is unpacked
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
QUALITY: Final = 82


def cleaned(data: bytes) -> bytes:
    """The first picture of a file as a plain JPEG, upright, without any metadata.

    Raises:
        InputError: it is no picture of a kind that phones send, or an unreasonably large one.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise InputError("The picture is too large.")
                upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InputError("The file is no picture that can be opened.") from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # Only pixels are copied: `save` would carry some metadata over from the opened file.
    fresh = Image.new("RGB", upright.size)
    fresh.paste(upright)
    out = io.BytesIO()
    fresh.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()

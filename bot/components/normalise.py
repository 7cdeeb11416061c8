"""The spelling that examples and texts are compared in."""

from __future__ import annotations

import re
import unicodedata

DRAWN_OUT = re.compile(r"(\w)\1{2,}")
NOT_SAID = re.compile(r"[^\w\s'?$/\[\]-]+")


def normalise(text: str) -> str:
    """Lower case, no accents, no decoration, `heeelp` as `heelp`: people text one word in many ways."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("\u2019", "'"))
    bare = "".join(sign for sign in folded if not unicodedata.combining(sign))
    return " ".join(DRAWN_OUT.sub(r"\1\1", NOT_SAID.sub(" ", bare)).split())

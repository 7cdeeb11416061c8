"""Take out of a text that its writer, or their family, has no immigration status."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from pydantic import RootModel

from hotline.text.patterns import compiled
from hotline.text.plain import plain
from hotline.text.wordfiles import WordFile, read_words


class _Claim(WordFile):
    pattern: str
    words: str


class _Language(WordFile):
    parts: dict[str, str]
    claims: tuple[_Claim, ...]


class _Status(RootModel[dict[str, _Language]]):
    """status.yml; see there how it is written."""


# No claim is without one of these: most texts are done here.
_HINT: Final = re.compile(
    r"doc|dokiman|endokim|papel|papei|paper|papye|papier|legal|[kc]lan|irregul|stat[iu]|vis[at]|viza|wiz[ay]"
    r"|over ?-?sta|expir|venc|caduc|fwontye|border|fronte|mojad|sejour|pobytu|perm|green|grin|mica|residen"
    r"|rezidans"
    r"|coyote|\brio\b|cerro|monte|desi?erto?|mexico|kat\b|inspect|unlawful|perim|i-?94|authoriz|cai cai|karty"
)
_CLAIMS: Final = tuple(
    (compiled(claim.pattern, language.parts), claim.words)
    for language in read_words(Path(__file__).with_name("status.yml"), _Status).root.values()
    for claim in language.claims
)


def mask_status(text: str) -> str:
    """The text with every claim of having no status replaced by a bracket; the sentence stays readable.

    Questions about rights in general stay as they are. Work is linear in the text's length; never raises.

    >>> mask_status("mi esposo no tiene papeles, lo pueden deportar?")
    'mi esposo tiene [estatus migratorio], lo pueden deportar?'
    """
    folded = plain(text)
    if _HINT.search(folded) is None:
        return text
    for pattern, words in _CLAIMS:
        if pattern.search(folded):
            text = _replaced(text, pattern, words)
            folded = plain(text)
    return text


def _replaced(text: str, pattern: re.Pattern[str], words: str) -> str:
    kept: list[str] = []
    position = 0
    for found in pattern.finditer(plain(text)):
        start, end = found.span("marked")
        kept += [text[position:start], words]
        position = end
    return "".join((*kept, text[position:])) if kept else text

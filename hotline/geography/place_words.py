"""The words that places are found by: places.yml, loaded once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from hotline.text.patterns import compiled
from hotline.text.wordfiles import WordFile, read_words


class PlaceWords(WordFile):
    """places.yml; see there what each list is."""

    types: dict[str, tuple[str, ...]]
    sure_types: frozenset[str]
    before_name: frozenset[str]
    articles: frozenset[str]
    street_cues: frozenset[str]
    unknown_cues: frozenset[str]
    not_before_street: frozenset[str]
    not_after_street: frozenset[str]
    not_after_place: frozenset[str]
    creole_with: frozenset[str]
    ordinary: frozenset[str]
    connectives: frozenset[str]
    fillers: frozenset[str]
    not_names: frozenset[str]
    cues: tuple[str, ...]
    mere_cues: frozenset[str]
    kinds: tuple[str, ...]


WORDS: Final = read_words(Path(__file__).with_name("places.yml"), PlaceWords)
TYPES: Final = {written: kind for kind, ways in WORDS.types.items() for written in ways}
WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[&@/.!?;\n]")
BREAKS: Final = frozenset(".!?;\n")
# Where there are no house numbers: "exit 46 on 84", "salida 46", "i-84".
EXIT: Final = compiled(
    r"\b(?:(?:exit|salida|saida|sortie|zjazd) \d{1,3}[a-z]?<of_road>?|<named>)",
    {
        "of_road": r" (?:on|off|of|de|en|da|na) (?:the |la )?<road>",
        "road": r"(?:i-?|route |ruta )?~\d{1,3}",
        "named": r"(?:i-|interstate |route |ruta )\d{1,3}",
    },
)
# A cue, perhaps an article and two more words, a kind of place, perhaps a street:
# "frente a la bodega de la Park".
CUE_PLACE: Final = compiled(
    r"\b(?P<cue><cues>) (?:<article> ){0,2}(?:(?!<cues> )[a-z'&]{1,15} ){0,2}?<kinds>(?!\w)"
    r"(?P<street>(?: (?:de|del|on|da|do|sou|en) (?:(?:la|el|the|calle) )?[a-z0-9]{1,15})?)",
    {
        "cues": "|".join(sorted(WORDS.cues, key=len, reverse=True)),
        "kinds": "|".join(WORDS.kinds),
        "article": "the|an?|my|our|this|that|la|el|los|las|una?|mi|nuestra|o|uma|minha|yon|le|une|mon|ma",
    },
)

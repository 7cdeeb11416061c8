"""What the sentence encoders read: the text with masks as words, and Creole word by word in English."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from bot.components.normalise import normalise

CREOLE = Path(__file__).with_name("creole.txt")
MASKS = {"[immigration status]": "undocumented", "[estatus migratorio]": "indocumentado"}
WORD = re.compile(r"\w+")
LONGEST = 400  # characters; the sense of a text stands in its beginning, and time grows with length
KNOWN = 0.5  # share of a text's words that are in the list, for it to count as Creole
TELLING = 0.2  # share of them that are words of no other language of the line


def for_encoders(text: str) -> str:
    """The words an encoder knows best, for what was written."""
    for mask, word in MASKS.items():
        text = text.replace(mask, word)
    bare = normalise(text)
    words, _ = creole_words()
    if is_creole(bare):
        text = WORD.sub(lambda found: words.get(found[0], found[0]), bare)
    return text.lower()[:LONGEST]


def is_creole(bare: str) -> bool:
    """Whether a normalised text is Haitian Creole: half of its words are, some of them beyond doubt."""
    words, shared = creole_words()
    found = WORD.findall(bare)
    known = [word for word in found if word in words]
    telling = [word for word in known if word not in shared]
    return bool(telling) and len(known) >= KNOWN * len(found) and len(telling) >= TELLING * len(found)


@cache
def creole_words() -> tuple[dict[str, str], frozenset[str]]:
    """English for each word of the list, and those words that other languages have too."""
    words: dict[str, str] = {}
    shared: set[str] = set()
    for line in CREOLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        word, english = line.split(maxsplit=1)
        words[word.lstrip("*")] = english
        if word.startswith("*"):
            shared.add(word[1:])
    return words, frozenset(shared)

"""The words that details are read by: details.yml, loaded once."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hotline.wordfiles import WordFile, read_words


class DetailWords(WordFile):
    """details.yml; see there what each list is."""

    numbers: dict[str, tuple[str, ...]]
    many: frozenset[str]
    about: frozenset[str]
    agents: frozenset[str]
    between: frozenset[str]
    vehicles: frozenset[str]
    vehicle_looks: frozenset[str]
    now: frozenset[str]
    now_phrases: tuple[str, ...]
    place_cues: tuple[str, ...]
    weak_cues: tuple[str, ...]
    place_ends: frozenset[str]
    not_places: frozenset[str]
    taken: str
    not_taken: str
    ago: str
    clock: str
    exit: str


WORDS: Final = read_words(Path(__file__).with_name("details.yml"), DetailWords)
NUMBERS: Final = {word: number for number, words in WORDS.numbers.items() for word in words}

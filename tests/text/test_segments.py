"""Segment counts agree with three other counts, on random input and on every real text of the line."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import smsutil
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hotline.content import Library
from hotline.content.library import PARTS
from hotline.text.segments import GSM7_BASIC, GSM7_EXTENSION, breakers, count
from simulator.network.segments import segments as simulated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT: Final = Path(__file__).resolve().parents[2]
TEXTS: Final = 10_000
ESC: Final = "\x1b"
HIGH: Final = range(0xD8, 0xDC)  # first byte of a high surrogate, UTF-16 big endian

# 3GPP TS 23.038, table 6.2.1, by position: a second transcription, so that a slip in ours shows.
ALPHABET: Final = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ" + ESC + "ÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
# Table 6.2.1.1: the extension, by position after ESC.
EXTENSION: Final = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F,
    "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip

# Where a segment, or a part of a long text, is just full: 160 and n·153 septets, 70 and n·67 units.
FULL: Final = (160, 153, 306, 459, 612, 70, 67, 134, 201, 268)
PLAIN: Final = sorted(GSM7_BASIC)
PAIRS: Final = sorted(GSM7_EXTENSION)
DEAR: Final = (*"áíóúâêôãõçẽ“”’—–…•\u00a0\u200b\u2028", "🚨", "👨‍👩‍👧‍👦", "👍🏽", "🇭🇹", "❤️", "1️⃣", "𝒜")


def by_the_book(text: str) -> tuple[str, int, int]:
    """Alphabet, units and segments: the text as it is coded on the air, cut as in TS 23.040, 9.2.3.24.1."""
    if all(char != ESC and (char in ALPHABET or char in EXTENSION) for char in text):
        septets = bytes(
            code
            for char in text
            for code in ((0x1B, EXTENSION[char]) if char in EXTENSION else (ALPHABET.index(char),))
        )
        return "GSM-7", len(septets), cut(septets, 160, 153, lambda last: last == ALPHABET.index(ESC))
    units = text.encode("utf-16-be")
    firsts = units[::2]  # one byte of each unit is enough to know a surrogate
    return "UCS-2", len(firsts), cut(firsts, 70, 67, lambda last: last in HIGH)


def cut(units: bytes, single: int, part: int, opens_a_pair: Callable[[int], bool]) -> int:
    """The number of pieces; a piece that would end in the first half of a pair leaves it to the next."""
    if len(units) <= single:
        return 1
    pieces, start = 0, 0
    while start < len(units):
        end = start + part
        if end < len(units) and opens_a_pair(units[end - 1]):
            end -= 1
        pieces, start = pieces + 1, end
    return pieces


def by_smsutil(text: str) -> tuple[str, int, int]:
    theirs = smsutil.split(text)
    gsm = theirs.encoding == "gsm0338"
    return "GSM-7" if gsm else "UCS-2", theirs.total_bytes // (1 if gsm else 2), len(theirs.parts)


def assert_all_agree(text: str) -> None:
    ours = count(text)
    assert (ours.encoding, ours.units, ours.count) == by_the_book(text), ascii(text)
    assert ours.count == simulated(text), ascii(text)
    if text and ESC not in text:  # see test_a_lone_escape_is_no_character
        assert (ours.encoding, ours.units, ours.count) == by_smsutil(text), ascii(text)


def edge_texts(seed: int, number: int) -> Iterator[str]:
    """Texts whose length is at or beside an edge, with a two-unit character at it as often as not."""
    dice = random.Random(seed)
    for _ in range(number):
        letters = [*PLAIN, *PAIRS * dice.randrange(3), *(DEAR if dice.random() < 0.5 else ())]
        length = max(0, dice.choice((*FULL, dice.randrange(1600))) + dice.randint(-3, 3))
        text = "".join(dice.choices(letters, k=length))
        if dice.random() < 0.5:
            text = "a" * (length - 1) + dice.choice((*PAIRS, *DEAR)) + "b" * dice.randrange(180)
        yield text


def real_texts() -> Iterator[str]:
    """What the line says, what it is trained on, and what people text in the tests."""
    library = Library.load(ROOT / "content", "hartford")
    for card in library.cards():
        yield from (library.render(card, lang, part) or "" for lang in card.texts for part in PARTS)
    for file in sorted((ROOT / "content" / "messages").glob("*.yml")):
        yield from (str(words) for words in yaml.safe_load(file.read_text(encoding="utf-8")).values())
    for file in sorted((ROOT / "nlu_data" / "nlu").glob("*.yml")):
        yield from re.findall(r"(?m)^\s*- (\S.*)$", file.read_text(encoding="utf-8"))
    for file in sorted(ROOT.glob("nlu_data/tests/*.jsonl")):
        yield from (json.loads(line)["text"] for line in file.read_text(encoding="utf-8").splitlines())


def test_ten_thousand_texts_at_the_edges_cost_the_same_in_every_count() -> None:
    for text in edge_texts(seed=1, number=TEXTS):
        assert_all_agree(text)


def test_every_real_text_costs_the_same_in_every_count() -> None:
    texts = list(real_texts())
    assert len(texts) >= TEXTS
    for text in texts:
        assert_all_agree(text)


@given(st.text(st.sampled_from([*PLAIN, *PAIRS]), max_size=700))
def test_gsm_texts_stay_in_the_cheap_alphabet(text: str) -> None:
    assert breakers(text) == ()
    assert_all_agree(text)


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=300))
def test_any_text_costs_the_same_in_every_count(text: str) -> None:
    assert_all_agree(text)


@given(st.tuples(st.integers(60, 320).map("a".__mul__), st.text("a€[é🚨á", max_size=20)).map("".join))
def test_pairs_are_never_split_over_two_segments(text: str) -> None:
    assert_all_agree(text)


def test_a_lone_escape_is_no_character() -> None:
    """The one difference from smsutil: in TS 23.038, 6.2.1, note 1, 0x1B only leads to the extension table.

    smsutil sends it as a septet, which a phone would read together with the next letter (ESC and "e" as the
    euro sign). Only UCS-2 can carry it, and so we and the simulator count.
    """
    for text in (ESC, "a" * 80 + ESC, ESC + "e" * 200):
        ours = count(text)
        assert (ours.encoding, ours.units, ours.count) == by_the_book(text)
        assert ours.count == simulated(text)
        assert by_smsutil(text)[0] == "GSM-7"
    assert breakers(ESC) == (ESC,)


def test_our_tables_are_those_of_the_specification() -> None:
    assert len(ALPHABET) == 128
    assert set(ALPHABET) - {ESC} == GSM7_BASIC
    assert set(EXTENSION) == GSM7_EXTENSION


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("a" * 159 + "€", "GSM-7", 161, 2),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("á" * 70, "UCS-2", 70, 1),
        ("á" * 71, "UCS-2", 71, 2),
        ("á" * 134, "UCS-2", 134, 2),
        ("á" * 135, "UCS-2", 135, 3),
        ("🚨" * 35, "UCS-2", 70, 1),
        ("á" * 69 + "🚨", "UCS-2", 71, 2),
        ("a" * 66 + "🚨" + "a" * 66, "UCS-2", 134, 3),
        ("👨‍👩‍👧‍👦" * 7, "UCS-2", 77, 2),
        ("\x1b", "UCS-2", 1, 1),
    ],
)
def test_the_edges_of_a_segment(text: str, encoding: str, units: int, segments: int) -> None:
    cost = count(text)
    assert (cost.encoding, cost.units, cost.count) == (encoding, units, segments)


def test_breakers_names_each_dear_character_once_in_order() -> None:
    assert breakers("La policía dirá que no: “así” ñ é ü ¿ ¡") == ("í", "á", "“", "”")


def test_spanish_and_creole_letters_that_are_free() -> None:
    assert breakers("ñÑéÉüÜ¿¡ àèòùì Ç") == ()

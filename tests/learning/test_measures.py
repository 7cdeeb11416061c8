"""The measures, against values worked out by hand and against what must hold for every input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.learning.measures import Share, calibration_error, confusions, macro_f1, percentile, reliability

LABELS = st.sampled_from(["bond", "daca", "tps"])
PAIRS = st.lists(st.tuples(LABELS, LABELS), max_size=40)
POINTS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (8, 10, 0.4902, 0.9433),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 1, 0.2065, 1.0),
        (980, 1000, 0.9693, 0.9870),
    ],
)
def test_the_interval_is_the_one_in_the_tables(hits: int, of: int, low: float, high: float) -> None:
    """Wilson's score interval without continuity correction."""
    assert Share(hits, of).interval == pytest.approx((low, high), abs=0.0002)


@given(of=st.integers(1, 5000), data=st.data())
def test_a_share_lies_in_its_interval_and_the_interval_in_0_to_1(of: int, data: st.DataObject) -> None:
    share = Share(data.draw(st.integers(0, of)), of)
    low, high = share.interval
    assert 0 <= low <= share.value <= high <= 1
    assert low < high


@given(of=st.integers(1, 500), data=st.data())
def test_more_texts_narrow_the_interval(of: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, of))
    few, many = Share(hits, of).interval, Share(hits * 10, of * 10).interval
    assert many[1] - many[0] < few[1] - few[0]


def test_there_is_no_share_of_nothing() -> None:
    assert Share.where([]) is None
    assert Share.where([True, False, True]) == Share(2, 3)


def test_macro_f1_counts_a_rare_label_as_much_as_a_frequent_one() -> None:
    """bond: 2 of 3 found, nothing else taken for it, F1 0.8; daca: found once, once wrongly, F1 2/3."""
    pairs = [("bond", "bond"), ("bond", "bond"), ("bond", "daca"), ("daca", "daca")]
    assert macro_f1(pairs) == pytest.approx((0.8 + 2 / 3) / 2)


def test_macro_f1_counts_a_label_that_is_only_found() -> None:
    assert macro_f1([("bond", "bond"), ("bond", "tps")]) == pytest.approx((2 / 3 + 0) / 2)
    assert macro_f1([]) == 0.0


@given(PAIRS)
def test_macro_f1_is_1_only_when_all_is_right(pairs: list[tuple[str, str]]) -> None:
    value = macro_f1(pairs)
    assert 0 <= value <= 1
    assert (value == 1) == (bool(pairs) and all(right == found for right, found in pairs))


@given(PAIRS)
def test_confusions_are_what_was_wrong_the_most_frequent_first(pairs: list[tuple[str, str]]) -> None:
    found = confusions(pairs, most=100)
    assert sum(number for *_, number in found) == sum(right != other for right, other in pairs)
    assert all(right != other for right, other, _ in found)
    assert [number for *_, number in found] == sorted((number for *_, number in found), reverse=True)


def test_only_the_worst_confusions_are_named() -> None:
    pairs = [("bond", "tps")] * 2 + [("daca", "tps"), ("tps", "daca"), ("tps", "tps")]
    assert confusions(pairs, most=2) == [("bond", "tps", 2), ("daca", "tps", 1)]


def test_the_reliability_table_sets_confidence_beside_what_was_right() -> None:
    table = reliability([(0.95, True), (0.91, False), (1.0, True), (0.12, False)])
    assert [(one.low, one.high, one.texts) for one in table] == [(0.1, 0.2, 1), (0.9, 1.0, 3)]
    assert table[1].confidence == pytest.approx(2.86 / 3)
    assert table[1].accuracy == pytest.approx(2 / 3)
    by_hand = (1 * 0.12 + 3 * (2.86 / 3 - 2 / 3)) / 4
    assert calibration_error(table) == pytest.approx(by_hand)


@given(POINTS)
def test_every_text_is_in_one_bin_and_the_error_is_a_share(points: list[tuple[float, bool]]) -> None:
    table = reliability(points)
    assert sum(one.texts for one in table) == len(points)
    assert 0 <= calibration_error(table) <= 1
    for one in table:
        assert one.low - 1e-9 <= one.confidence <= one.high + 1e-9


def test_who_is_as_right_as_confident_has_no_error() -> None:
    assert calibration_error(reliability([(0.5, True), (0.5, False)])) == 0
    assert calibration_error([]) == 0


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentile([30, 10, 20, 40], 0.5) == 20
    assert percentile(list(range(1, 201)), 0.99) == 198
    assert percentile([7], 0.99) == 7
    assert percentile([], 0.5) == 0

"""What `hotline evaluate` says of texts whose right answers are known."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hotline.cli.understanding.evaluate import label
from hotline.conversation.understanding import Understanding
from hotline.errors import InputError
from hotline.learning.evaluation import Case, Label, evaluate, worst


def case(
    right: str = "", found: str = "", *, confidence: float = 0.9, choices: tuple[str, ...] = (), **more: str
) -> Case:
    """A text: `right` and `found` are topics; `urgency`, `lang`, `kind` are right, `got_…` found."""
    return Case(
        Label(right, more.get("urgency", ""), more.get("lang", ""), more.get("kind", "")),
        Understanding(
            found, confidence, choices, more.get("got_urgency", "none"), more.get("got_lang", "en"),
            more.get("text", "words"), by=more.get("by", "rasa"),
        ),
        whole=float(more.get("ms", "10")),
    )  # fmt: skip


def test_the_first_guess_and_what_is_offered_are_counted_apart_and_by_language() -> None:
    report = evaluate(
        [
            case("bond", "bond", lang="en"),
            case("daca", "bond", choices=("bond", "daca"), lang="en"),
            case("tps", "bond", lang="es"),
            case("tps", "tps", lang="es"),
        ]
    )
    topics = report["topics"]
    assert list(topics) == ["all", "en", "es"]
    assert (topics["all"]["accuracy"]["hits"], topics["all"]["top3"]["hits"]) == (2, 3)
    assert (topics["en"]["accuracy"]["share"], topics["en"]["top3"]["share"]) == (0.5, 1.0)
    assert topics["es"]["top3"]["share"] == 0.5
    assert report["confusions"] == [
        {"right": "daca", "found": "bond", "texts": 1},
        {"right": "tps", "found": "bond", "texts": 1},
    ]


def test_urgent_texts_are_recalled_and_false_alarms_are_counted_by_kind() -> None:
    urgent = [case(urgency="page", lang="es", got_urgency=got) for got in ("page", "page", "ask", "none")]
    calm = [
        case(urgency="none", kind="news", got_urgency="page"),
        case(urgency="none", kind="news"),
        case(urgency="none", kind="rights", got_urgency="ask"),
        case(urgency="none"),
    ]
    found = evaluate([*urgent, *calm, case(urgency="ask", got_urgency="ask")])["urgency"]
    assert found["urgent"]["es"]["page_or_ask"]["hits"] == 3
    assert found["urgent"]["all"]["page"] == {
        "share": 0.5, "low": 0.15, "high": 0.85, "hits": 2, "of": 4,
    }  # fmt: skip
    assert found["unsure"]["all"]["page_or_ask"]["share"] == 1.0
    alarms = found["false_alarms"]
    assert {name: (row["page"]["hits"], row["page_or_ask"]["hits"]) for name, row in alarms.items()} == {
        "all": (1, 2), "news": (1, 1), "rights": (0, 1),
    }  # fmt: skip
    assert alarms["all"]["page"]["of"] == 4


def test_out_of_scope_is_recognised_and_what_is_ours_is_kept() -> None:
    scope = evaluate(
        [
            case("out_of_scope", "out_of_scope"),
            case("out_of_scope", ""),
            case("out_of_scope", "bond"),
            case("bond", "out_of_scope"),
            case("bond", "daca"),
        ]
    )["out_of_scope"]
    assert (scope["recognised"]["hits"], scope["recognised"]["of"]) == (2, 3)
    assert (scope["in_scope_kept"]["hits"], scope["in_scope_kept"]["of"]) == (1, 2)


def test_the_language_is_judged_where_the_file_names_one() -> None:
    found = evaluate([case(lang="ht", got_lang="fr"), case(lang="en"), case()])["language"]
    assert {name: (one["hits"], one["of"]) for name, one in found.items()} == {
        "all": (1, 2), "en": (1, 1), "ht": (0, 1),
    }  # fmt: skip


def test_only_the_classifiers_own_confidence_is_calibrated() -> None:
    """A rule or keyword is sure by definition."""
    report = evaluate(
        [case("bond", "bond", confidence=1.0, by="keyword"), case("bond", "tps", confidence=0.75)]
    )
    assert report["calibration"] == {
        "ece": 0.75,
        "bins": [{"low": 0.7, "high": 0.8, "texts": 1, "confidence": 0.75, "accuracy": 0.0}],
    }


def test_the_worst_misses_come_first_and_what_went_well_is_none() -> None:
    cases = [
        case("bond", "bond", text="well"),
        case("bond", "daca", choices=("daca", "bond"), confidence=0.8, text="offered"),
        case("bond", "daca", confidence=0.4, text="unsure and wrong"),
        case("bond", "daca", confidence=0.9, text="sure and wrong"),
        case(urgency="none", got_urgency="page", text="false page"),
        case(urgency="page", got_urgency="ask", text="asked"),
        case(urgency="page", got_urgency="none", text="missed"),
    ]
    assert [one.found.masked for one in worst(cases)] == [
        "missed", "false page", "sure and wrong", "unsure and wrong", "offered",
    ]  # fmt: skip
    assert [one["text"] for one in evaluate(cases, misses=2)["misses"]] == ["missed", "false page"]


def test_latencies_are_percentiles_of_what_was_measured() -> None:
    report = evaluate([case(ms=str(number)) for number in range(1, 101)])
    assert report["latency_ms"]["whole"] == {"p50": 50.0, "p99": 99.0}


def test_a_file_without_labels_gives_no_figure_that_means_nothing() -> None:
    report = evaluate([case(found="bond")])
    assert (report["texts"], report["topics"], report["language"], report["misses"]) == (1, {}, {}, [])
    assert report["out_of_scope"] == {"recognised": None, "in_scope_kept": None}
    assert report["urgency"] == {"urgent": {}, "unsure": {}, "false_alarms": {}}
    assert json.loads(json.dumps(report)) == report


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"topic": "weather"}, "Line 3: weather is none of the topics."),
        ({"urgency": "high"}, 'Line 3: "urgency" is one of page, ask, none.'),
        ({"lang": 5}, 'Line 3: "lang" is not a word.'),
    ],
)
def test_a_label_that_is_none_is_refused_with_its_line(row: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        label(row, 3)


def test_a_label_may_be_left_out() -> None:
    assert label({"text": "x", "topic": None}, 1) == Label()
    assert label({"text": "x", "topic": "bond", "kind": "news"}, 1) == Label("bond", kind="news")

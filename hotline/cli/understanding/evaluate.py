"""`hotline evaluate`: how well a file of labelled texts is understood."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path  # noqa: TC003 - typer reads the annotation
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.table import Table

from hotline.cli.terminal import out
from hotline.cli.understanding.assistant import Assistant, progress, read_rows
from hotline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hotline.learning.evaluation import Case, Label

app = typer.Typer()

ALARMS: Final = {"urgent": "Urgent texts", "unsure": "Texts to ask about", "false_alarms": "False alarms"}
LABELS: Final = ("topic", "urgency", "lang", "kind")
WARM_UP: Final = "hola, good morning"  # the first text loads models and opens connections: it is not measured


@app.command()
def evaluate(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.jsonl", help='lines with "text" and any of topic, urgency, lang, kind; - for stdin'
        ),
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
    misses: Annotated[int, typer.Option(help="how many of the worst misses to show", min=0)] = 20,
) -> None:
    """Measure how well the texts of a file are understood, one after the other, as live texts are."""
    from hotline.learning.evaluation import evaluate

    rows = read_rows(file)
    labels = [label(row, number) for number, row in rows]
    if not rows:
        raise InputError("The file has no texts.")
    report = evaluate(asyncio.run(_heard([row["text"] for _, row in rows], labels)), misses)
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
        return
    _show(report)


def label(row: Mapping[str, Any], number: int) -> Label:
    """What a line of a file says is right.

    Raises:
        InputError: a label is not one; names the line by its number.
    """
    from hotline.content.topics import TOPICS
    from hotline.learning.evaluation import URGENCIES, Label

    values = {name: row.get(name) or "" for name in LABELS}
    for name, value in values.items():
        if not isinstance(value, str):
            raise InputError(f'Line {number}: "{name}" is not a word.')
    if values["topic"] and values["topic"] not in TOPICS:
        raise InputError(f"Line {number}: {values['topic']} is none of the topics.")
    if values["urgency"] and values["urgency"] not in URGENCIES:
        raise InputError(f'Line {number}: "urgency" is one of {", ".join(URGENCIES)}.')
    return Label(**values)


async def _heard(texts: Sequence[str], labels: Sequence[Label]) -> list[Case]:
    from hotline.learning.evaluation import Case

    cases: list[Case] = []
    async with Assistant() as assistant:
        await assistant.understand(WARM_UP)
        with progress() as bar:
            task = bar.add_task("texts", total=len(texts))
            for text, label in zip(texts, labels, strict=True):
                rules, begun = assistant.rules(text), time.perf_counter()
                found = await assistant.understand(text)
                cases.append(Case(label, found, (time.perf_counter() - begun) * 1000, rules))
                bar.advance(task)
    return cases


def _show(report: Mapping[str, Any]) -> None:
    """The report for people: a table for each thing that the file has labels for."""
    out.print(f"{report['texts']} texts. Shares with their 95 % intervals (Wilson).", highlight=False)
    _show_topics(report)
    for name, title in ALARMS.items():
        rows = report["urgency"][name].items()
        shown = [(of, _words(row["page_or_ask"]), _words(row["page"])) for of, row in rows]
        _table(title, ("of", "page or ask", "page"), shown)
    scope = [_words(share) for share in report["out_of_scope"].values()]
    _table(
        "Out of scope",
        ("recognised", "in scope and kept"),
        [scope] if any(report["out_of_scope"].values()) else [],
    )
    _table(
        "Language", ("language", "right"), [(lang, _words(one)) for lang, one in report["language"].items()]
    )
    times = [(name, f"{row['p50']:.1f}", f"{row['p99']:.1f}") for name, row in report["latency_ms"].items()]
    _table("Milliseconds", ("of", "p50", "p99"), times)
    misses = [(row["text"], _labels(row["right"]), _labels(row["found"])) for row in report["misses"]]
    _table("Worst misses", ("text", "right", "found"), misses)


def _show_topics(report: Mapping[str, Any]) -> None:
    topics = [
        (lang, _words(row["accuracy"]), _words(row["top3"]), f"{row['macro_f1']:.3f}")
        for lang, row in report["topics"].items()
    ]
    _table("Topics", ("language", "right first", "first or offered", "macro-F1"), topics)
    wrong = [(row["right"], row["found"] or "-", str(row["texts"])) for row in report["confusions"]]
    _table("Most frequent confusions", ("right", "taken for", "texts"), wrong)
    bins = [
        (
            f"{one['low']:.1f}-{one['high']:.1f}",
            str(one["texts"]),
            f"{one['confidence']:.2f}",
            f"{one['accuracy']:.2f}",
        )
        for one in report["calibration"]["bins"]
    ]
    title = f"Calibration (expected error {report['calibration']['ece']:.3f})"
    _table(title, ("confidence", "texts", "mean", "right"), bins)


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table, unless it is empty."""
    from rich.text import Text

    if not rows:
        return
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*map(Text, row))  # a resident's brackets are no mark-up
    out.print(table)


def _words(share: Mapping[str, Any] | None) -> str:
    if share is None:
        return "-"
    return (
        f"{share['share']:.1%} ({share['low']:.1%} to {share['high']:.1%}), {share['hits']} of {share['of']}"
    )


def _labels(values: Mapping[str, Any]) -> str:
    shown = [
        values.get("topic", ""),
        values.get("urgency", ""),
        values.get("lang", ""),
        values.get("kind", ""),
    ]
    if values.get("confidence"):
        shown[0] = f"{shown[0] or '-'} {values['confidence']:.2f}"
    if values.get("choices"):
        shown.append(f"offered: {', '.join(values['choices'])}")
    return " · ".join(one for one in shown if one)

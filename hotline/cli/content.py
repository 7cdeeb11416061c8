"""`hotline content`: check, list and show every word the public reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hotline.content import Library
from hotline.content.check import Report, check
from hotline.content.library import PARTS
from hotline.errors import InputError
from hotline.settings import current_settings
from hotline.sms.segments import count

app = typer.Typer(help="Check, list and show the cards and sentences of the line.", no_args_is_help=True)

CityOption = Annotated[str, typer.Option("--city", help="City pack; the setting CITY when left out.")]
RootOption = Annotated[
    Path | None, typer.Option("--root", help="Content folder; the setting CONTENT_DIR when left out.")
]


@app.command(name="check")
def check_command(
    *,
    city: CityOption = "",
    root: RootOption = None,
    hints: Annotated[bool, typer.Option("--hints", help="Also show where words could be cheaper.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too: for a release.")] = False,
) -> None:
    """Check cards, sentences and city pack: one sentence for each error, exit code 1 if there is any."""
    report = check(*_where(city, root))
    for text in report.of("error"):
        typer.echo(f"error: {text}", err=True)
    for text in report.of("warning"):
        typer.echo(f"warning: {text}", err=True)
    if hints:
        for text in report.of("hint"):
            typer.echo(f"hint: {text}")
    Console().print(_summary(report))
    if report.of("error") or (strict and report.of("warning")):
        raise typer.Exit(1)


@app.command(name="list")
def list_command(*, city: CityOption = "", root: RootOption = None) -> None:
    """List every card: topic, status, expiry, segments per language."""
    folder, name = _where(city, root)
    library = Library.load(folder, name)
    table = Table("topic", "card", "status", "review by", "segments")
    for card in library.cards():
        costs = " ".join(f"{lang}:{count(library.render(card, lang, 'short')).count}" for lang in card.texts)
        table.add_row(card.topic, card.id, card.status, str(card.review_by), costs)
    Console().print(table)


@app.command(name="show")
def show_command(
    topic: Annotated[str, typer.Argument(help="A topic, such as rights_at_door.")],
    *,
    lang: Annotated[str, typer.Option("--lang", help="Language code.")] = "en",
    city: CityOption = "",
    root: RootOption = None,
) -> None:
    """Show a topic's texts exactly as residents get them."""
    folder, name = _where(city, root)
    library = Library.load(folder, name)
    if library.card_for(topic) is None:
        raise InputError(f"No card answers {topic}: see hotline content list.")
    for part in PARTS:
        answer = library.answer(topic, lang, part)
        if answer is not None:
            cost = count(answer.text)
            typer.echo(f"--- {part} ({cost.count} segments, {cost.encoding})\n{answer.text}\n")


def _where(city: str, root: Path | None) -> tuple[Path, str]:
    settings = current_settings()
    return root or settings.content_dir, city or settings.city


def _summary(report: Report) -> Table:
    table = Table("cards", "topics", "languages", "draft", "reviewed", "errors", "warnings", "hints")
    status = report.status()
    levels = [str(len(report.of(level))) for level in ("error", "warning", "hint")]
    table.add_row(
        str(len(report.cards)),
        str(report.topics),
        " ".join(report.languages),
        str(status["draft"]),
        str(status["reviewed"]),
        *levels,
    )
    return table

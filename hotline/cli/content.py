"""`hotline content`: check, list, show and sign every word the public reads."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - typer reads the annotation
from enum import Enum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from hotline.content import Library
from hotline.content.checks.check import Level, Report, check
from hotline.content.library import PARTS
from hotline.errors import InputError
from hotline.settings import current_settings
from hotline.text.segments import count

app = typer.Typer(
    help="Check, list, show and sign the cards and sentences of the line.", no_args_is_help=True
)


WARNINGS: Final[tuple[Level, ...]] = ("warning", "review", "reading")
LEVELS: Final[tuple[Level, ...]] = ("error", *WARNINGS, "hint")
COUNTED: Final = ("errors", "warnings", "to review", "hard to read", "hints")


class Signer(Enum):
    """Who may sign a card."""

    LAWYER = "lawyer"
    TRANSLATOR = "translator"


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
    for text in (
        *report.of("review"),
        *report.of("reading"),
        *report.of("warning"),
    ):  # the shortest list last
        typer.echo(f"warning: {text}", err=True)
    if hints:
        for text in report.of("hint"):
            typer.echo(f"hint: {text}")
    typer.echo(_summary(report))
    if report.of("error") or (strict and any(report.of(level) for level in WARNINGS)):
        raise typer.Exit(1)


@app.command(name="sign")
def sign_command(
    card: Annotated[str, typer.Argument(help="A card's id, such as national.bond.")],
    *,
    language: Annotated[str, typer.Option("--language", metavar="xx", help="Language that was read.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who vouches for it.")],
    role: Annotated[Signer, typer.Option("--as", help="What they sign as.")] = Signer.TRANSLATOR,
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The day, if not today.")
    ] = None,
    city: CityOption = "",
    root: RootOption = None,
) -> None:
    """Write a lawyer's or translator's sign-off into a card. Whoever signs has read every word of it."""
    from hotline.content.city import read_city
    from hotline.content.review import standing
    from hotline.content.signing import SignOff, sign

    folder, name = _where(city, root)
    pack, _ = read_city(folder, name)
    today = pack.today()
    signoff = SignOff(card, language, by.strip(), role.value, on.date() if on else today)
    now = standing(sign(folder, name, signoff, today), pack.languages, today)
    typer.echo(f"{card} is signed in {language} by {signoff.name}, {signoff.role}.")
    if not now.lawyer:
        typer.echo("Residents still get its caution: no lawyer has signed it.")
    elif now.unreviewed:
        typer.echo(f"Not signed yet in: {', '.join(now.unreviewed)}.")
    if now.expired or now.soon:
        typer.echo(f"It expires on {now.card.review_by}: set review_by to the day it must be read again.")


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


def _summary(report: Report) -> str:
    status = report.status()
    cards = f"{len(report.cards)} cards: {status['draft']} draft, {status['reviewed']} reviewed"
    found = ", ".join(
        f"{len(report.of(level))} {words}" for level, words in zip(LEVELS, COUNTED, strict=True)
    )
    return f"{cards}. {report.topics} topics in {' '.join(report.languages)}.\n{found}."

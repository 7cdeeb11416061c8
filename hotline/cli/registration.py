"""`hotline registration`: the texts a carrier asks for before a number may send."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hotline.cli.terminal import err

if TYPE_CHECKING:
    from hotline.content.registration import Campaign, Kit

app = typer.Typer()

TOLL_FREE = """TOLL-FREE
  Verification asks for the same: use case (description), samples, opt-in (message_flow), privacy page."""


@app.command()
def registration(*, as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False) -> None:
    """Application texts for A2P 10DLC or toll-free, and the public pages: what to copy into the forms.

    Checks their lengths, and that the live sentences say what carriers require. Exit code 1 when something
    does not fit.
    """
    from hotline.content.registration import kit
    from hotline.settings import current_settings

    settings = current_settings()
    found = kit(settings.content_dir, settings.city, settings.hotline_contact)
    print(json.dumps(_public(found), ensure_ascii=False) if as_json else _sheet(found))
    for finding in found.findings:
        err.print(finding, style="bold red", markup=False, highlight=False, soft_wrap=True)
    if found.findings:
        raise typer.Exit(1)


def _public(found: Kit) -> dict[str, Any]:
    return {
        "brand": {"display_name": found.brand, "fill_in": found.fill_in},
        "campaigns": {one.name: _fields(one) for one in found.campaigns},
        "pages": found.pages,
        "findings": found.findings,
    }


def _fields(one: Campaign) -> dict[str, Any]:
    return {
        **one.texts,
        "message_samples": one.samples,
        "has_embedded_links": one.has_links,
        "has_embedded_phone": one.has_numbers,
    }


def _sheet(found: Kit) -> str:
    parts = [
        f"BRAND\n  {found.brand}",
        "STILL TO BE FILLED IN\n" + "\n".join(f"  - {one}" for one in found.fill_in),
        *(_campaign(one) for one in found.campaigns),
        TOLL_FREE,
        *(f"PAGE: {name}\n\n{text}" for name, text in found.pages.items()),
    ]
    return "\n\n".join(parts)


def _campaign(one: Campaign) -> str:
    lines = [f"CAMPAIGN: {one.name.upper()}_SENDER"]
    for name, value in _fields(one).items():
        if isinstance(value, tuple):
            lines += [f"  sample {place}\n    {text}" for place, text in enumerate(value, 1)]
        else:
            lines.append(f"  {name}\n    {str(value).lower() if isinstance(value, bool) else value}")
    return "\n".join(lines)

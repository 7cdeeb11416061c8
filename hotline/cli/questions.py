"""`hotline questions`: what residents asked and nothing answered; what to write or teach next."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.table import Table
from rich.text import Text

from hotline.cli.terminal import out, with_runtime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotline.conversation.residents.unanswered import Question
    from hotline.runtime import Runtime

app = typer.Typer()

WHY: Final = {"unknown": "not understood", "out_of_scope": "not ours", "choices": "none of the offered"}
OTHERS: Final = 3  # further wordings shown of each cluster


@app.command()
def questions(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, every wording")] = False,
    most: Annotated[int, typer.Option(help="how many clusters to show", min=1)] = 25,
) -> None:
    """Questions nobody could answer, masked, similar wordings together, the most frequent first."""
    from hotline.conversation.residents.unanswered import clusters, load

    async def work(runtime: Runtime) -> list[Question]:
        return await load(runtime.store)

    found = clusters(with_runtime(work))
    if as_json:
        print(json.dumps([vars(one) for one in found[:most]], ensure_ascii=False))
        return
    if not found:
        out.print("Every question got an answer.")
        return
    table = Table("texts", "languages", "why", "wordings")
    for one in found[:most]:
        wordings = "\n".join((one.wording, *(f"  {other}" for other in one.others[:OTHERS])))
        table.add_row(str(one.texts), _counted(one.langs), _counted(one.why, WHY), Text(wordings))
    out.print(table)
    hidden = sum(one.texts for one in found[most:])
    if hidden:
        out.print(f"And {hidden} texts in {len(found) - most} smaller clusters: --most shows more of them.")


def _counted(counts: Mapping[str, int], words: Mapping[str, str] | None = None) -> str:
    return ", ".join(f"{(words or {}).get(name, name)} {number}" for name, number in counts.items())

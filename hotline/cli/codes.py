"""`hotline subscribers code`: a word, given out at a meeting, that signs up whoever texts it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from hotline.cli import out, with_runtime

if TYPE_CHECKING:
    from hotline.runtime import Runtime


def code(
    word: Annotated[str, typer.Argument(metavar="WORD", help="4 to 12 letters and digits")],
    by: Annotated[str, typer.Option("--by", metavar="HANDLE", help="organizer who gives it out")],
    until: Annotated[str, typer.Option("--until", help="90m, 2h or 7d, at most 7d")] = "1d",
    zones: Annotated[str, typer.Option(help="zones, comma separated; empty for the whole city")] = "",
    kinds: Annotated[str, typer.Option(help="alert,event,news")] = "alert,event,news",
) -> None:
    """Make a word sign people up; they get the same confirmation as everybody, and may leave as always."""
    from hotline import subscribers
    from hotline.broadcasts import broadcast as broadcasts

    life, wanted = broadcasts.parse_life(until), _kinds(kinds)
    _usable(word)

    async def work(runtime: Runtime) -> None:
        await broadcasts.organizer(runtime.store, by)
        found = subscribers.zones_in(zones, runtime.library.city) if zones else (subscribers.ALL,)
        if not found:
            raise _refused(f"There is no zone like that in {runtime.library.city.name}.")
        made = subscribers.Code(word.upper(), found, wanted)
        await runtime.store.commit(subscribers.with_code(made, life))

    with_runtime(work)
    out.print(f"Whoever texts {word.upper()} is signed up, for {until}.")


def _kinds(text: str) -> tuple[str, ...]:
    from hotline import subscribers

    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not found or set(found) - set(subscribers.KINDS):
        raise _refused(f"Write --kinds as some of {','.join(subscribers.KINDS)}.")
    return found


def _usable(word: str) -> None:
    """A word that means something else already would take that meaning away."""
    from hotline.conversation.keywords import resident_command, staff_command
    from hotline.conversation.optout import optout

    if not re.fullmatch(r"[A-Za-z0-9]{4,12}", word) or word.isdigit():
        raise _refused("A code has 4 to 12 letters and digits, not digits alone.")
    if resident_command(word) or staff_command(word) or optout(word):
        raise _refused(f"{word.upper()} means something to the line already: choose another word.")


def _refused(sentence: str) -> Exception:
    from hotline.errors import InputError

    return InputError(sentence)

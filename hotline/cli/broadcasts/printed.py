"""Broadcasts at the command line: the texts that are typed, and what is printed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from hotline.broadcasts.states import UNDER_WAY, BroadcastState
from hotline.cli.terminal import out
from hotline.errors import InputError

if TYPE_CHECKING:
    from hotline.broadcasts.audience import Preview
    from hotline.broadcasts.broadcast import Broadcast

DRILL: Final = "DRILL: NOTHING WAS SENT."


def texts_by_language(pairs: list[str] | None) -> dict[str, str]:
    """``["en=…", "es=…"]`` by language.

    Raises:
        InputError: a pair is malformed, empty or twice.
    """
    texts: dict[str, str] = {}
    for pair in pairs or []:
        lang, sign, words = pair.partition("=")
        if not sign or not re.fullmatch(r"[a-z]{2}", lang) or not words.strip() or lang in texts:
            raise InputError("Write each text once, as --text en='…' --text es='…'.")
        texts[lang] = words.strip()
    return texts


def show(one: Broadcast, *, as_json: bool) -> None:
    """How far it is, in one line or as JSON."""
    if as_json:
        print(json.dumps(one.public(), ensure_ascii=False))
        return
    receipts = ", ".join(f"{count} {state}" for state, count in sorted(one.receipts.items()))
    waiting = f", {one.waiting} waiting" if one.waiting and one.state in UNDER_WAY else ""
    held = f" (by the line: {one.held})" if one.state is BroadcastState.PAUSED and one.held else ""
    out.print(
        f"Broadcast {one.id} (VERIFY {one.code}): {one.state}{held}, {one.kind}, zone {one.zone}, "
        f"{one.total} people; {receipts or 'nothing sent'}{waiting}."
    )
    if one.drill:
        out.print(DRILL, style="bold red")


def preview_lines(one: Broadcast, found: Preview, price: float | None) -> list[str]:
    """Who would get it, the words, what is dear in them, and what it costs."""
    lines = [f"Broadcast {one.id}, {one.kind}, zone {one.zone}: {found.people} people."]
    for lang, cost in found.by_lang.items():
        lines += [
            "",
            f"{lang}: {cost.people} people, {cost.segments} segments each ({cost.encoding})",
            one.texts[lang],
        ]
        lines += [f"  cheaper: {hint}" for hint in cost.hints]
    lines += ["", *(f"No text for {count} people who read {lang}." for lang, count in found.missing.items())]
    lines += [f"Left out: {count} ({reason})." for reason, count in found.excluded.items()]
    money = f", {found.segments * price:.2f} in all" if price else ""
    lines.append(f"{found.segments} segments{money}, about {found.minutes:.0f} minutes.")
    return lines + ([DRILL] if one.drill else [])

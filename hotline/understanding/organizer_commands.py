"""Commands of organizers: ALERT 7, APPROVE 482, CLOSE 482 LEFT, FREEZE, a one-time code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hotline.understanding.commands import ENDINGS, EXERCISE, ORGANIZER, Command, core, staff_command

if TYPE_CHECKING:
    from hotline.understanding.commands import Phrase

ALONE: Final = ("freeze", "unfreeze", "notice", "sent")  # need no number
NUMBERED: Final = ("approve", "pause", "resume", "drop", "sent")
_CODE: Final = re.compile(r"\W*(\d{3})[\s-]?(\d{3})\W*")
_MOST_WORDS: Final = 4  # of a zone: longer texts are sentences for a reporter
_LONGEST_PHRASE: Final = 2


def organizer_command(text: str) -> Command | None:
    """The command an organizer texted, or None: then the text is for somebody else to read.

    Arguments: ``alert`` and ``drill`` a report's number and perhaps words of a zone, ``close`` an alert's
    number and perhaps how it ended, ``code`` six digits, the others an alert's number or "".
    """
    if code := _CODE.fullmatch(text):
        return Command("code", code[1] + code[2])
    words = core(text)
    for length in range(min(len(words), _LONGEST_PHRASE), 0, -1):
        command = ORGANIZER.get(words[:length])
        if command:
            return _about(command.kind, words[length:])
    status = staff_command(text)
    is_status = status is not None and status.kind == "status" and status.argument
    return Command("sent", status.argument) if status and is_status else None


def _about(kind: str, rest: Phrase) -> Command | None:
    if kind == "alert":
        return _alert(rest)
    number = rest[0] if rest and _is_number(rest[0]) else ""
    if kind == "close" and number:
        ending = ENDINGS.get(rest[1:])
        return Command("close", f"{number} {ending.kind if ending else ''}".strip())
    if kind in NUMBERED and number and len(rest) == 1:
        return Command(kind, number)
    # "resume" alone brings back who stopped: that is never ours.
    return Command(kind) if not rest and kind != "resume" else None


def _alert(rest: Phrase) -> Command | None:
    words = [word for word in rest if word not in EXERCISE]
    if not words or not _is_number(words[0]) or len(words) > _MOST_WORDS + 1:
        return None
    return Command("drill" if len(words) < len(rest) else "alert", " ".join(words))


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 9

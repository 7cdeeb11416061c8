"""A refusal at the command line: what is wrong, in English, and the command that helps."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

from hotline.content.messages import read_messages
from hotline.content.refusing import phrased, written
from hotline.refusal import Reason
from hotline.settings import load_settings

if TYPE_CHECKING:
    from hotline.content.messages import Messages
    from hotline.refusal import Refused

# Where the command line has another remedy than a phone.
REMEDIES: Final = {
    Reason.NOT_ORGANIZER: "See hotline staff list.",
    Reason.NO_BROADCAST: "See hotline broadcast list.",
    Reason.BROADCAST_IS: "See hotline broadcast status {code.id}.",
    Reason.CHANGED: "See hotline broadcast status {code.id}.",
    Reason.OWN_DRAFT: "Another organizer sends it: hotline broadcast approve {code.id} --by HANDLE.",
    Reason.FROZEN: "See hotline broadcast unfreeze.",
    Reason.UNFOUNDED: "See hotline broadcast cancel {code.id}, or draft it anew.",
    Reason.ALERTED: "For a second one add --override with the reason: two organizers must stand for it.",
    Reason.NEEDS_TWO: "To stand for it too, approve with --override.",
    Reason.DAY_FULL: "Wait for tomorrow, or raise BROADCASTS_PER_DAY.",
    Reason.TEXT_MISSING: "Add that --text; a draft that is kept already, cancel and write anew.",
    Reason.NO_REPORT: "See hotline reports list.",
    Reason.UNCONFIRMED: "Name it with --incident. Without one, two organizers must stand for it: --override "
    "with the reason, {least} characters or more.",
    Reason.NO_PLACE: "Wait for one, or write the words with --text en='…'.",
    Reason.NO_WORDS: "Write them; in a broadcast with --text en='…'.",
    Reason.ZONE_UNKNOWN: "See hotline content show zones.",
    Reason.BAD_LIFE: "Write it as 90m, 2h or 1d, at most 7d.",
    Reason.ENDING_ALERT: "Write --reason left, false or unable, or your own words with --text en='…'.",
    Reason.ENDING_EVENT: "Write --reason cancelled, or your own words with --text en='…'.",
    Reason.ENDING_NEWS: "Write the correction with --text en='…'.",
    Reason.WORDS_FORBIDDEN: "It {why}. Write it another way.",
    Reason.NUMBER_TAKEN: "First: hotline staff remove {handle}.",
    Reason.NO_MEMBER: "See hotline staff list.",
    Reason.NO_SHIFT: "See hotline staff shifts.",
    Reason.NO_VIOLATION: "See hotline violations list.",
    Reason.NO_DRILL: "See hotline drill --past.",
    Reason.WEBHOOK_AWAY: "See hotline doctor.",
    Reason.BAD_NUMBER: "Write it as +18605550111.",
    Reason.NO_CARD: "See hotline content list.",
    Reason.NO_SIGNER: "Write in --by who signs.",
    Reason.REASON_SHORT: "Write it with --reason.",
}


messages = functools.cache(read_messages)


def told(refused: Refused) -> str:
    """Why not, in the words of this installation."""
    return typed(messages(load_settings().content_dir), refused)


def typed(messages: Messages, refused: Refused) -> str:
    """Why not, and the command to type; a broadcast is called by its id here."""
    values = written(messages, refused, "en", lambda one: f"Broadcast {one.id}")
    return phrased(messages, refused, "en", values, REMEDIES.get(refused.reason, ""))

"""A refusal at the console: what is wrong, in English, and what to do on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline.content.refusing import phrased, written
from hotline.refusal import Reason, Refused

if TYPE_CHECKING:
    from hotline.content.messages import Messages
    from hotline.errors import HotlineError

# Where the page has another remedy than a phone.
REMEDIES: Final = {
    Reason.NOT_ORGANIZER: "Choose an organizer.",
    Reason.NO_BROADCAST: "Go back to the alerts.",
    Reason.BROADCAST_IS: "Look at it again.",
    Reason.CHANGED: "Look at it again.",
    Reason.FROZEN: "Let them go on first.",
    Reason.UNFOUNDED: "Cancel this draft, or write it anew.",
    Reason.ALERTED: "For a second one write the reason in a new draft: two organizers must stand for it.",
    Reason.NEEDS_TWO: "To stand for it too, tick the box.",
    Reason.DAY_FULL: "Wait for tomorrow, or let the operator allow more.",
    Reason.TEXT_MISSING: "Write those words too; a draft that is kept already, cancel and write anew.",
    Reason.NO_REPORT: "Look at the board.",
    Reason.UNCONFIRMED: "Choose it. Without one, two organizers must stand for it: write the reason, "
    "{least} characters or more.",
    Reason.NO_PLACE: "Wait for one, or write the words yourself.",
    Reason.NO_WORDS: "Write them in at least one language.",
    Reason.ZONE_UNKNOWN: "Choose one of the list.",
    Reason.BAD_LIFE: "Choose until when it may leave.",
    Reason.ENDING_ALERT: "Choose an ending of the list, or write your own words in every language.",
    Reason.ENDING_EVENT: "It can be cancelled, or ends in your own words in every language.",
    Reason.ENDING_NEWS: "Write the correction in every language.",
    Reason.WORDS_FORBIDDEN: "It {why}. Write it another way.",
    Reason.NO_SHIFT: "Look at the shifts.",
}


def here(messages: Messages, refusal: HotlineError) -> str:
    """Why not, and what to do on the page; a page's own refusal says both already."""
    if not isinstance(refusal, Refused):
        return str(refusal)
    values = written(messages, refusal, "en")
    return phrased(messages, refusal, "en", values, REMEDIES.get(refusal.reason, ""))

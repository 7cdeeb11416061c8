"""The one exception tree.

HotlineError                 anything we can tell the user in one sentence
├── SettingsError            a setting is missing or wrong
├── ContentError             a card, message, rule or city file is malformed
├── InputError               a command line or a request was wrong
├── BadPicture               a file that somebody texted is no picture we show
├── MoveRefused              an incident or a broadcast cannot go from its state to that one
├── RecordBroken             a record in Redis cannot be read
├── StoreUnavailable         Redis did not answer
├── DialogueUnavailable      Rasa did not give an answer in time
└── SendError                a text could not be handed to the carrier; says whether to retry
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Literal

type SendOutcome = Literal["retry", "refused", "unknown"]


class HotlineError(Exception):
    """Base of every error of ours; its text is one sentence with the remedy, free of numbers and bodies."""


class SettingsError(HotlineError):
    """A setting is missing or wrong."""


class ContentError(HotlineError):
    """A file in content/ is malformed; the text names file, card, language and line."""


class InputError(HotlineError):
    """Somebody typed something that cannot be done."""


class BadPicture(HotlineError):
    """A file that somebody texted is no picture we show. Only a log reads why, one word of ours."""

    def __init__(self, why: Literal["elsewhere", "gone", "unreadable", "too_large"]) -> None:
        super().__init__(why)


class MoveRefused(HotlineError):
    """A move that the table of an incident's or a broadcast's states does not have."""


class RecordBroken(HotlineError):
    """A record in Redis cannot be read as it is kept; the text says which, never what it holds."""


class StoreUnavailable(HotlineError):
    """Redis did not answer: nothing was stored."""


class DialogueUnavailable(HotlineError):
    """Rasa gave no usable answer within its time."""


class SendError(HotlineError):
    """A text was not handed over.

    Args:
        reason: plain words, no number, no body.
        outcome: ``retry`` (certainly not accepted, may succeed later), ``refused`` (certainly not
            accepted, never will be) or ``unknown`` (may have been accepted: reconcile, never resend blindly).
        code: Twilio's error code, 0 when there is none.
        retry_after: seconds the carrier asked us to wait, 0 when it did not say.
    """

    def __init__(self, reason: str, *, outcome: SendOutcome, code: int = 0, retry_after: float = 0) -> None:
        super().__init__(reason)
        self.outcome: SendOutcome = outcome
        self.code = code
        self.retry_after = retry_after


def kind_and_place(error: BaseException) -> dict[str, str]:
    """What a log may say of an error. Not its words: they may hold what somebody texted."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return {"error": type(error).__name__, "where": where}

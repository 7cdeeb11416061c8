"""Why something cannot be done, as data: each front end says it in its reader's words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto

from hotline.errors import InputError


class Reason(StrEnum):
    """Every reason there is. `refusal_…` in content/messages says it, `remedy_…` what to text then."""

    # Alerts, news, meetings
    NOT_ORGANIZER = auto()
    NO_BROADCAST = auto()
    BROADCAST_IS = auto()
    EXPIRED = auto()
    CHANGED = auto()
    BUSY = auto()
    OWN_DRAFT = auto()
    FROZEN = auto()
    UNFOUNDED = auto()
    ALERTED = auto()
    NEEDS_TWO = auto()
    DAY_FULL = auto()
    TEXT_MISSING = auto()
    KIND_UNKNOWN = auto()
    NO_REPORT = auto()
    UNCONFIRMED = auto()
    NO_PLACE = auto()
    NO_WORDS = auto()
    ZONE_UNKNOWN = auto()
    BAD_LIFE = auto()
    ENDING_ALERT = auto()
    ENDING_EVENT = auto()
    ENDING_NEWS = auto()
    WORDS_FORBIDDEN = auto()
    WORDS_NUMBER = auto()
    WORDS_LINK = auto()
    WORDS_LONG = auto()
    WORDS_LANGUAGE = auto()
    CODES_ENOUGH = auto()
    # Staff and shifts
    BAD_HANDLE = auto()
    HANDLE_RESERVED = auto()
    ROLE_UNKNOWN = auto()
    LANGUAGE_CODE = auto()
    NUMBER_TAKEN = auto()
    NO_MEMBER = auto()
    BAD_HOURS = auto()
    BAD_WEEKDAY = auto()
    BAD_DAY = auto()
    NO_SHIFT = auto()
    SHIFT_ELSEWHEN = auto()
    # Casework and drills
    NO_VIOLATION = auto()
    NO_CONTACT = auto()
    DRILL_OPEN = auto()
    NO_DRILL = auto()
    DRILL_UNHEARD = auto()
    WEBHOOK_AWAY = auto()
    # People who get alerts, and files about them
    BAD_NUMBER = auto()
    STOPPED_PERSON = auto()
    REASON_SHORT = auto()
    FILE_THERE = auto()
    FILE_LONG = auto()
    FILE_NO_CSV = auto()
    FILE_COLUMNS = auto()
    LINE_COLUMNS = auto()
    LINE_TWICE = auto()
    LANGUAGE_UNKNOWN = auto()
    CONSENT_LENGTH = auto()
    CONSENT_PRIVATE = auto()
    DATE_AHEAD = auto()
    # Cards and who signs them
    NO_CARD = auto()
    CARD_LANGUAGE = auto()
    NO_SIGNER = auto()


@dataclass(frozen=True)
class Message:
    """A key in content/messages, said in the reader's language."""

    key: str


@dataclass(frozen=True)
class Numbered:
    """A broadcast: by its code on a phone and at the console, by its id at the command line."""

    id: str
    code: str


# A plain string is written as it is, a tuple as a list.
type Value = str | int | tuple[str, ...] | Message | Numbered


class Refused(InputError):
    """Something cannot be done. A log may hold its reason, which is a word of ours; never its values."""

    def __init__(self, reason: Reason, **values: Value) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.values = values

"""A text that a transition has to send, and the kinds of values it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hotline.refusal import Message

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Quote:
    """What somebody texted: never read as anything else."""

    text: str


@dataclass(frozen=True)
class At:
    """A moment, in seconds since the epoch; written in the city's own clock."""

    seconds: float


# A plain string is ours and written as it is: a number, a handle, an address.
type Value = str | Quote | At | Message


@dataclass(frozen=True)
class Notice:
    """A text that a transition has to send; the words are chosen later, in the reader's language.

    Attributes:
        to: a staff handle, or `REPORTER` or `PARTNER`.
        key: key in content/messages.
        values: fields of the message.
        page: goes before every reply.
    """

    to: str
    key: str
    values: Mapping[str, Value] = field(default_factory=dict[str, Value])
    page: bool = False

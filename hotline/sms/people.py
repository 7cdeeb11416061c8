"""What we keep about one phone: its sealed number, its language, its last answer. Nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import compress
from typing import TYPE_CHECKING, Final

from hotline.store import DAY, Commit

if TYPE_CHECKING:
    from hotline.store import Store

PERSON_TTL = 90 * DAY
SENDERS: Final = ("hotline", "alerts")  # what can be stopped by itself: the help line, and every alert number


@dataclass(frozen=True)
class Person:
    """One phone as the conversation knows it.

    Attributes:
        id: pseudonym.
        address: sealed address, as Twilio writes it.
        lang: language of the last texts, "" until known.
        lang_fixed: the person chose the language; detection no longer changes it.
        welcomed: the first-contact text was sent.
        card: the card of the last answer, for MORE, SOURCE and LAW.
        choices: topics offered by digit in the last reply.
        pending: the question we asked last, "" when none ("raid_ask", "delete", "stop", "choices", …).
        asked_at: when we asked it, seconds since the epoch.
        held: what waits for the answer to `pending`: masked words, or the token of an unanswered question.
        stopped: senders of ours that the person opted out of.
        blocked: senders of ours whose texts the carrier refuses to hand to them, until they text it START.
    """

    id: str
    address: str = ""
    lang: str = ""
    lang_fixed: bool = False
    welcomed: bool = False
    card: str = ""
    choices: tuple[str, ...] = ()
    pending: str = ""
    asked_at: float = 0.0
    held: str = ""
    stopped: frozenset[str] = field(default_factory=frozenset[str])
    blocked: frozenset[str] = field(default_factory=frozenset[str])

    def hears(self, sender: str) -> bool:
        """Whether a text from one of our senders reaches them."""
        return sender not in self.stopped and sender not in self.blocked

    def to_fields(self) -> dict[str, str]:
        """Fields of the Redis hash."""
        return {
            "address": self.address,
            "lang": self.lang,
            "lang_fixed": str(int(self.lang_fixed)),
            "welcomed": str(int(self.welcomed)),
            "card": self.card,
            "choices": json.dumps(self.choices),
            "pending": self.pending,
            "asked_at": str(self.asked_at),
            "held": self.held,
        }


async def load_person(store: Store, person: str) -> Person:
    """Read one person; an unknown pseudonym is a new person."""
    pipe = store.redis.pipeline(transaction=False)
    pipe.hgetall(f"person:{person}")
    for kept in ("optout", "blocked"):
        for sender in SENDERS:
            pipe.sismember(f"{kept}:{sender}", person)
    fields, *known = await pipe.execute()
    stopped, blocked = known[: len(SENDERS)], known[len(SENDERS) :]
    return Person(
        id=person,
        address=fields.get("address", ""),
        lang=fields.get("lang", ""),
        lang_fixed=fields.get("lang_fixed") == "1",
        welcomed=fields.get("welcomed") == "1",
        card=fields.get("card", ""),
        choices=tuple(json.loads(fields.get("choices", "[]"))),
        pending=fields.get("pending", ""),
        asked_at=float(fields.get("asked_at", "0")),
        held=fields.get("held", ""),
        stopped=frozenset(compress(SENDERS, stopped)),
        blocked=frozenset(compress(SENDERS, blocked)),
    )


def save_person(person: Person) -> Commit:
    """The writes that keep a person as given."""
    commit = Commit()
    commit.hset(f"person:{person.id}", person.to_fields(), PERSON_TTL)
    return commit


def opt_out(person: str, sender: str) -> Commit:
    """The write that stops every text of one sender to a person."""
    commit = Commit()
    commit.write("SADD", f"optout:{sender}", person)
    return commit


def opt_in(person: str, sender: str) -> Commit:
    """The write that lets one sender text a person again."""
    commit = Commit()
    commit.write("SREM", f"optout:{sender}", person)
    return commit


def block(person: str, sender: str) -> Commit:
    """The writes for a stop that the carrier holds too: what we send is refused, until they text START."""
    commit = opt_out(person, sender)
    commit.write("SADD", f"blocked:{sender}", person)
    return commit


def unblock(person: str, sender: str) -> Commit:
    """The write for a START that the carrier heard: texts of one sender reach the person again."""
    commit = Commit()
    commit.write("SREM", f"blocked:{sender}", person)
    return commit

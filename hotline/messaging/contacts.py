"""What we keep about one phone: its sealed number, its language, its last answer. Nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import compress
from typing import TYPE_CHECKING, Final

from hotline.messaging import asked
from hotline.store import DAY, Commit, keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotline.messaging.asked import Question
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
        asked: the question we asked last, with what waits for its answer.
        stopped: our senders that the person opted out of.
        blocked: our senders whose texts the carrier does not deliver to them until they text START.
    """

    id: str
    address: str = ""
    lang: str = ""
    lang_fixed: bool = False
    welcomed: bool = False
    card: str = ""
    asked: Question | None = None
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
            "asked": asked.to_json(self.asked),
        }

    @classmethod
    def from_fields(cls, id_: str, fields: Mapping[str, str]) -> Person:
        """A person from the fields of the Redis hash."""
        return cls(
            id=id_,
            address=fields.get("address", ""),
            lang=fields.get("lang", ""),
            lang_fixed=fields.get("lang_fixed") == "1",
            welcomed=fields.get("welcomed") == "1",
            card=fields.get("card", ""),
            asked=asked.from_json(fields["asked"]) if "asked" in fields else asked.from_old(fields),
        )


async def load_person(store: Store, person: str) -> Person:
    """Read one person; an unknown pseudonym is a new person."""
    pipe = store.pipeline()
    pipe.hgetall(keys.person(person))
    for kept in (keys.optout, keys.blocked):
        for sender in SENDERS:
            pipe.sismember(kept(sender), person)
    fields, *known = await pipe.execute()
    stopped, blocked = known[: len(SENDERS)], known[len(SENDERS) :]
    return replace(
        Person.from_fields(person, fields),
        stopped=frozenset(compress(SENDERS, stopped)),
        blocked=frozenset(compress(SENDERS, blocked)),
    )


def save_person(person: Person) -> Commit:
    """The writes that keep a person as given."""
    commit = Commit()
    commit.hset(keys.person(person.id), person.to_fields(), PERSON_TTL)
    commit.hdel(keys.person(person.id), *asked.OLD)
    return commit


def opt_out(person: str, sender: str) -> Commit:
    """The write that stops every text of one sender to a person."""
    commit = Commit()
    commit.sadd(keys.optout(sender), person)
    return commit


def opt_in(person: str, sender: str) -> Commit:
    """The write that lets one sender text a person again."""
    commit = Commit()
    commit.srem(keys.optout(sender), person)
    return commit


def block(person: str, sender: str) -> Commit:
    """The writes for a stop that the carrier holds too: what we send is refused, until they text START."""
    commit = opt_out(person, sender)
    commit.sadd(keys.blocked(sender), person)
    return commit


def unblock(person: str, sender: str) -> Commit:
    """The write for a START that the carrier heard: texts of one sender reach the person again."""
    commit = Commit()
    commit.srem(keys.blocked(sender), person)
    return commit

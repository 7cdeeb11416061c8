"""Guards and writes that happen together or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotline.store.register import Key

type Value = str | int | float


class Conflict(Exception):
    """A guard of a commit failed: somebody else was first, so read and decide again. Never shown to users."""


@dataclass
class Commit:
    """What one decision asks of Redis: guards (``if_…``) that must all hold, then writes, see `commit.lua`.

    A write that has the name of a Redis command is that command. A commit names keys inside a city; which
    city, says the store that is asked to make it.
    """

    guards: list[list[Value]] = field(default_factory=list[list[Value]])
    writes: list[list[Value]] = field(default_factory=list[list[Value]])

    def merge(self, other: Commit) -> None:
        """Take over another commit's guards and writes."""
        self.guards += other.guards
        self.writes += other.writes

    # -- guards

    def if_absent(self, key: Key) -> None:
        """The key is not there."""
        self.guards.append(["absent", key])

    def if_field(self, key: Key, name: str, expected: str) -> None:
        """A field of a hash is still this; one that is not there counts as empty."""
        self.guards.append(["field", key, name, expected])

    def if_member(self, key: Key, member: str) -> None:
        """Somebody still stands in a sorted set."""
        self.guards.append(["member", key, member])

    def if_head(self, key: Key, value: str) -> None:
        """A list still begins with this."""
        self.guards.append(["head", key, value])

    def if_length(self, key: Key, length: int) -> None:
        """A list is still this long."""
        self.guards.append(["list", key, length])

    def if_owner(self, stream: Key, group: str, entry: str, consumer: str) -> None:
        """An entry of a stream is still this consumer's."""
        self.guards.append(["owner", stream, group, entry, consumer])

    # -- Redis's own commands

    def set(self, key: Key, value: Value, ttl: int, *, only_new: bool = False) -> None:
        """Set a string for so many seconds."""
        self.writes.append(["SET", key, value, "EX", ttl, *(["NX"] if only_new else [])])

    def incr(self, key: Key) -> None:
        """Count one more."""
        self.writes.append(["INCR", key])

    def delete(self, *keys: Key) -> None:
        """Let keys go."""
        self.writes += [["DEL", key] for key in keys]

    def expire(self, key: Key, ttl: int) -> None:
        """Let a key go in so many seconds."""
        self.writes.append(["EXPIRE", key, ttl])

    def hset(self, key: Key, values: Mapping[str, Value], ttl: int | None = None) -> None:
        """Set fields of a hash and, unless it is permanent or has one already, its lifetime in seconds."""
        self.writes.append(["HSET", key, *[part for pair in values.items() for part in pair]])
        if ttl is not None:
            self.expire(key, ttl)

    def hsetnx(self, key: Key, name: str, value: Value) -> None:
        """Set a field of a hash that is not there."""
        self.writes.append(["HSETNX", key, name, value])

    def hincrby(self, key: Key, name: str, by: int) -> None:
        """Count a field of a hash up."""
        self.writes.append(["HINCRBY", key, name, by])

    def hdel(self, key: Key, *names: str) -> None:
        """Let fields of a hash go."""
        self.writes.append(["HDEL", key, *names])

    def sadd(self, key: Key, member: str) -> None:
        """Put somebody into a set."""
        self.writes.append(["SADD", key, member])

    def srem(self, key: Key, member: str) -> None:
        """Take somebody out of a set."""
        self.writes.append(["SREM", key, member])

    def zadd(
        self, key: Key, score: float, member: str, *, only: Literal["new", "known"] | None = None
    ) -> None:
        """Put somebody into a sorted set: in any case, or only who is new there or known there."""
        flag = {"new": ["NX"], "known": ["XX"], None: []}[only]
        self.writes.append(["ZADD", key, *flag, score, member])

    def zrem(self, key: Key, member: str) -> None:
        """Take somebody out of a sorted set."""
        self.writes.append(["ZREM", key, member])

    def rpush(self, key: Key, *values: str) -> None:
        """Append to a list."""
        self.writes.append(["RPUSH", key, *values])

    def lrem(self, key: Key, value: str) -> None:
        """Take a value out of a list, wherever it stands."""
        self.writes.append(["LREM", key, 0, value])

    def ltrim(self, key: Key, start: int, stop: int) -> None:
        """Keep only this part of a list."""
        self.writes.append(["LTRIM", key, start, stop])

    def xadd(self, key: Key, fields: Mapping[str, Value]) -> None:
        """Append to a stream."""
        self.writes.append(["XADD", key, "*", *[part for pair in fields.items() for part in pair]])

    def xdel(self, key: Key, group: str, entry: str) -> None:
        """Take an entry out of a stream, handled or not."""
        self.writes += [["XACK", key, group, entry], ["XDEL", key, entry]]

    # -- the script's own

    def rename(self, key: Key, to: Key) -> None:
        """Give a key another name."""
        self.writes.append(["rename", key, to])

    def wake(self, loop: str) -> None:
        """Wake the workers' loop of that name."""
        self.writes.append(["wake", loop])

    def post(self, person: str, entry: str) -> None:
        """Put a text into a person's mailbox, and make the person ready."""
        self.writes.append(["post", person, entry])

    def finish(self, group: str, entry: str, person: str, sid: str) -> None:
        """End a turn: drop the text that was handled, hand the person's next one on."""
        self.writes.append(["finish", group, entry, person, sid])

    def enqueue(self, id_: str, sender: str, score: float, ttl: int, fields: Mapping[str, Value]) -> None:
        """Queue an outbound text, once."""
        parts = [part for pair in fields.items() for part in pair]
        self.writes.append(["enqueue", id_, sender, score, ttl, *parts])

    def unqueue(self, person: str, outbox: Key, *staying: str) -> None:
        """Take back what waits for a person in an outbox, but for texts about some incidents."""
        self.writes.append(["unqueue", person, outbox, *staying])

    def receipt(self, broadcast: str, person: str, state: str, ttl: int) -> None:
        """Note how far one person's text of a broadcast is."""
        self.writes.append(["receipt", broadcast, person, state, ttl])

    def forgotten(self, broadcast: str, person: str) -> None:
        """Take a person out of a broadcast's lists and counts."""
        self.writes.append(["forgotten", broadcast, person])

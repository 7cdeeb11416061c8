"""People who asked for alerts: their zones, and the consent they gave, in the words they were shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from hotline.geography.zones import ALL, zone_name, zones_in
from hotline.messaging.contacts import Person, load_person
from hotline.privacy.vault import Vault, parse_number
from hotline.refusal import Reason, Refused
from hotline.store import DAY, Commit, Store, keys

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

__all__ = ["ALL", "zone_name", "zones_in"]  # part of a subscription, read elsewhere

BATCH: Final = 500
CODE_TTL: Final = 31 * DAY
KINDS: Final = ("alert", "event", "news")  # one campaign, as it is registered; each can be left by itself


def added(
    person: Person,
    zones: tuple[str, ...],
    lang: str,
    *,
    shown: str,
    channel: str,
    now: float,
    kinds: Iterable[str] = KINDS,
    night: str | None = "",
) -> Commit:
    """The writes that sign somebody up, with the consent they gave.

    Args:
        person: pseudonym, sealed number.
        zones: zone ids, or ``("all",)``.
        lang: language alerts are sent in.
        shown: the words they were shown, verbatim.
        channel: how they signed up: ``text``, ``event:WORD``, ``csv``, ``cli``.
        now: seconds since the epoch.
        kinds: what they asked for: alert, event, news.
        night: the words by which they agreed to urgent alerts at night, "" when they did not; None keeps
            what they said before.
    """
    commit = Commit()
    record = {
        "address": person.address,
        "zones": json.dumps(zones),
        "lang": lang,
        "consent": json.dumps({"shown": shown, "lang": lang, "at": now, "channel": channel}),
        "kinds": json.dumps(sorted(kinds)),
    }
    commit.hset(keys.subscriber(person.id), record, None)
    commit.hdel(keys.subscriber(person.id), "dead")
    if night is not None:
        commit.merge(at_night(person.id, night, lang, channel=channel, now=now))
    commit.sadd(keys.subscribers, person.id)
    return commit


def at_night(person: str, shown: str, lang: str, *, channel: str, now: float) -> Commit:
    """The write that keeps the answer about nights: the words agreed to, "" when they were not."""
    commit = Commit()
    agreed = json.dumps({"shown": shown, "lang": lang, "at": now, "channel": channel}) if shown else ""
    commit.hset(keys.subscriber(person), {"night": agreed})
    return commit


def wanting(person: str, kinds: Iterable[str]) -> Commit:
    """The write that keeps which kinds somebody wants."""
    commit = Commit()
    commit.hset(keys.subscriber(person), {"kinds": json.dumps(sorted(kinds))})
    return commit


@dataclass(frozen=True)
class Code:
    """A word that signs up whoever texts it. `until`: seconds since the epoch, when it is over."""

    word: str
    zones: tuple[str, ...]
    kinds: tuple[str, ...]
    until: float


def with_code(made: Code) -> Commit:
    """The writes that make a word sign people up; it is known for a while after it is over."""
    commit = Commit()
    fields = {
        "zones": json.dumps(made.zones), "kinds": json.dumps(made.kinds), "until": str(made.until)
    }  # fmt: skip
    commit.hset(keys.signup_code(made.word.upper()), fields, CODE_TTL)
    return commit


async def code(store: Store, word: str) -> Code | None:
    """The code of a word, whatever its case, over or not; None when it is none."""
    fields = await store.hgetall(keys.signup_code(word.upper()))
    if not fields:
        return None
    zones, kinds = json.loads(fields["zones"]), json.loads(fields["kinds"])
    return Code(word.upper(), tuple(zones), tuple(kinds), float(fields["until"]))


def removed(person: str) -> Commit:
    """The writes that end a subscription."""
    commit = Commit()
    commit.delete(keys.subscriber(person))
    commit.srem(keys.subscribers, person)
    return commit


@dataclass(frozen=True)
class Subscriber:
    """Somebody who asked for alerts; `address` is sealed, `night`: they agreed to urgent ones at night."""

    person: str
    address: str
    lang: str
    zones: tuple[str, ...]
    kinds: frozenset[str]
    night: bool


async def one(store: Store, person: str) -> Subscriber | None:
    """Somebody's subscription; None when they have none."""
    found = await _read(store, [person])
    return found[0] if found else None


async def everybody(store: Store) -> AsyncIterator[list[Subscriber]]:
    """All subscribers, a few hundred at a time; somebody may come twice."""
    batch: list[str] = []
    async for person in store.sscan_iter(keys.subscribers, count=BATCH):
        batch.append(str(person))
        if len(batch) >= BATCH:
            yield await _read(store, batch)
            batch = []
    if batch:
        yield await _read(store, batch)


async def _read(store: Store, people: list[str]) -> list[Subscriber]:
    pipe = store.pipeline()
    for person in people:
        pipe.hmget(keys.subscriber(person), "address", "lang", "zones", "kinds", "night")
    rows = zip(people, cast("list[list[str | None]]", await pipe.execute()), strict=True)
    return [
        Subscriber(
            person, address, lang or "", tuple(json.loads(zones or "[]")),
            frozenset(json.loads(kinds)) if kinds else frozenset(KINDS), bool(night),
        )
        for person, (address, lang, zones, kinds, night) in rows
        if address
    ]  # fmt: skip


async def add_by_number(
    store: Store, vault: Vault, number: str, zones: tuple[str, ...], lang: str, *,
    consent: str, now: float, kinds: Iterable[str] = KINDS, night: str = "",
) -> None:  # fmt: skip
    """Sign somebody up for whom an organizer states the consent.

    Raises:
        Refused: not a phone number, or they said STOP.
    """
    address = parse_number(number)
    person = Person(id=vault.pseudonym(address), address=vault.seal(address))
    if (await load_person(store, person.id)).stopped:
        raise Refused(Reason.STOPPED_PERSON)
    await store.commit(
        added(person, zones, lang, shown=consent, channel="cli", now=now, kinds=kinds, night=night)
    )

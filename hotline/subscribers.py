"""People who asked for alerts: their zones, and the consent they gave, in the words they were shown."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from rapidfuzz import fuzz, process

from hotline.privacy.phones import Vault, parse_number
from hotline.sms.people import Person
from hotline.store import Commit, Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from hotline.content.city import City

ALL: Final = "all"
EVERYWHERE: Final = frozenset(
    {"all", "todo", "todos", "toda", "todas", "everything", "tudo", "tout", "hartford"}
)
CLOSE_ENOUGH: Final = 86
BATCH: Final = 500
KINDS: Final = ("alert", "event", "news")  # one campaign, as it is registered; each can be left by itself


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if c.isalnum() or c.isspace()).split())


def zones_in(words: str, city: City) -> tuple[str, ...]:
    """Ids of the zones named in a few words, misspelt or not; ``("all",)`` for the whole city."""
    names = {_plain(name): zone.id for zone in city.zones for name in (zone.name, zone.id, *zone.aliases)}
    parts = [_plain(part) for part in words.replace(";", ",").split(",")]
    found = [
        names[match[0]]
        for part in parts
        if part
        and (match := process.extractOne(part, names.keys(), scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH))
    ]
    everywhere = set(_plain(words).split()) & (EVERYWHERE | {_plain(city.name)})
    if everywhere and not found:
        return (ALL,)
    return tuple(dict.fromkeys(found))


def zone_name(zone: str, city: City) -> str:
    """What people call a zone."""
    return next((one.name for one in city.zones if one.id == zone), city.name)


def added(
    person: Person,
    zones: tuple[str, ...],
    lang: str,
    *,
    shown: str,
    channel: str,
    now: float,
    kinds: Iterable[str] = KINDS,
    night: str = "",
) -> Commit:
    """The writes that sign somebody up, with the consent they gave.

    Args:
        person: pseudonym, sealed number.
        zones: zone ids, or ``("all",)``.
        lang: language alerts are sent in.
        shown: the words they were shown, verbatim.
        channel: how they signed up: ``text``, ``csv``, ``cli``.
        now: seconds since the epoch.
        kinds: what they asked for: alert, event, news.
        night: the words by which they agreed to urgent alerts at night, "" when they did not.
    """
    commit = Commit()
    agreed = json.dumps({"shown": night, "lang": lang, "at": now, "channel": channel}) if night else ""
    record = {
        "address": person.address,
        "zones": json.dumps(zones),
        "lang": lang,
        "consent": json.dumps({"shown": shown, "lang": lang, "at": now, "channel": channel}),
        "kinds": json.dumps(sorted(kinds)),
        "night": agreed,
    }
    commit.hset(f"subscriber:{person.id}", record, None)
    for zone in zones:
        commit.write("SADD", f"subscribers:{zone}", person.id)
    commit.write("SADD", "subscribers:everybody", person.id)
    return commit


def at_night(person: str, shown: str, lang: str, *, channel: str, now: float) -> Commit:
    """The write that keeps the answer about nights: the words agreed to, "" when they were not."""
    commit = Commit()
    agreed = json.dumps({"shown": shown, "lang": lang, "at": now, "channel": channel}) if shown else ""
    commit.write("HSET", f"subscriber:{person}", "night", agreed)
    return commit


def wanting(person: str, kinds: tuple[str, ...]) -> Commit:
    """The write that keeps which kinds somebody wants."""
    commit = Commit()
    commit.write("HSET", f"subscriber:{person}", "kinds", json.dumps(kinds))
    return commit


@dataclass(frozen=True)
class Code:
    """A word that signs up whoever texts it, for as long as it lives."""

    word: str
    zones: tuple[str, ...]
    kinds: tuple[str, ...]


def with_code(made: Code, seconds: float) -> Commit:
    """The writes that make a word sign people up for so long."""
    commit = Commit()
    fields = {"zones": json.dumps(made.zones), "kinds": json.dumps(made.kinds)}
    commit.hset(f"signup:code:{made.word.upper()}", fields, max(1, int(seconds)))
    return commit


async def code(store: Store, word: str) -> Code | None:
    """The code of a word, whatever its case; None when it is none, or over."""
    fields = await cast("Any", store.redis.hgetall(f"signup:code:{word.upper()}"))
    if not fields:
        return None
    return Code(word.upper(), tuple(json.loads(fields["zones"])), tuple(json.loads(fields["kinds"])))


def removed(person: str) -> Commit:
    """The writes that end a subscription. Zone sets are cleaned when they are next read."""
    commit = Commit()
    commit.write("DEL", f"subscriber:{person}")
    commit.write("SREM", "subscribers:everybody", person)
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


async def everybody(store: Store) -> AsyncIterator[list[Subscriber]]:
    """All subscribers, a few hundred at a time; somebody may come twice."""
    batch: list[str] = []
    async for person in cast("Any", store.redis.sscan_iter("subscribers:everybody", count=BATCH)):
        batch.append(str(person))
        if len(batch) >= BATCH:
            yield await _read(store, batch)
            batch = []
    if batch:
        yield await _read(store, batch)


async def _read(store: Store, people: list[str]) -> list[Subscriber]:
    pipe = store.redis.pipeline(transaction=False)
    for person in people:
        pipe.hmget(f"subscriber:{person}", "address", "lang", "zones", "kinds", "night")
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
    store: Store, vault: Vault, number: str, zones: tuple[str, ...], lang: str, *, consent: str, now: float
) -> None:
    """Sign somebody up for whom an organizer states the consent.

    Raises:
        InputError: not a phone number.
    """
    address = parse_number(number)
    person = Person(id=vault.pseudonym(address), address=vault.seal(address))
    await store.commit(added(person, zones, lang, shown=consent, channel="cli", now=now))

"""People who asked for alerts: their zones, and the consent they gave, in the words they were shown."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any, Final, cast

from rapidfuzz import fuzz, process

from hotline.privacy.phones import Vault, parse_number
from hotline.sms.people import Person
from hotline.store import Commit, Store

if TYPE_CHECKING:
    from hotline.content.city import City

ALL: Final = "all"
EVERYWHERE: Final = frozenset(
    {"all", "todo", "todos", "toda", "todas", "everything", "tudo", "tout", "hartford"}
)
CLOSE_ENOUGH: Final = 86


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if c.isalnum() or c.isspace()).split())


def zones_in(words: str, city: City) -> tuple[str, ...]:
    """Ids of the zones named in a few words, misspelt or not; ``("all",)`` for the whole city."""
    plain = _plain(words)
    if set(plain.split()) & (EVERYWHERE | {_plain(city.name)}):
        return (ALL,)
    names = {_plain(name): zone.id for zone in city.zones for name in (zone.name, zone.id, *zone.aliases)}
    parts = [_plain(part) for part in words.replace(";", ",").split(",")]
    found = [
        names[match[0]]
        for part in parts
        if part
        and (match := process.extractOne(part, names.keys(), scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH))
    ]
    return tuple(dict.fromkeys(found))


def zone_name(zone: str, city: City) -> str:
    """What people call a zone."""
    return next((one.name for one in city.zones if one.id == zone), city.name)


def added(
    person: Person, zones: tuple[str, ...], lang: str, *, shown: str, channel: str, now: float
) -> Commit:
    """The writes that sign somebody up, with the consent they gave.

    Args:
        person: pseudonym, sealed number.
        zones: zone ids, or ``("all",)``.
        lang: language alerts are sent in.
        shown: the words they were shown, verbatim.
        channel: how they signed up: ``text``, ``csv``, ``cli``.
        now: seconds since the epoch.
    """
    commit = Commit()
    record = {
        "address": person.address,
        "zones": json.dumps(zones),
        "lang": lang,
        "consent": json.dumps({"shown": shown, "lang": lang, "at": now, "channel": channel}),
    }
    commit.hset(f"subscriber:{person.id}", record, None)
    for zone in zones:
        commit.write("SADD", f"subscribers:{zone}", person.id)
    commit.write("SADD", "subscribers:everybody", person.id)
    return commit


def removed(person: str) -> Commit:
    """The writes that end a subscription. Zone sets are cleaned when they are next read."""
    commit = Commit()
    commit.write("DEL", f"subscriber:{person}")
    commit.write("SREM", "subscribers:everybody", person)
    return commit


async def audience(store: Store, zone: str) -> list[tuple[str, str, str]]:
    """Who an alert for a zone goes to, each person once: pseudonym, sealed number, language.

    Args:
        store: where subscribers are.
        zone: a zone id, or ``all`` for everybody.
    """
    if zone == ALL:
        people = await cast("Any", store.redis.smembers("subscribers:everybody"))
    else:
        people = await cast("Any", store.redis.sunion([f"subscribers:{zone}", f"subscribers:{ALL}"]))
    found: list[tuple[str, str, str]] = []
    ordered = sorted(str(person) for person in people)
    for start in range(0, len(ordered), 500):
        batch = ordered[start : start + 500]
        pipe = store.redis.pipeline(transaction=False)
        for person in batch:
            pipe.hmget(f"subscriber:{person}", "address", "lang", "zones")
        for person, row in zip(batch, await pipe.execute(), strict=True):
            address, lang, zones = row
            if address and (zone == ALL or {zone, ALL} & set(json.loads(zones))):
                found.append((person, str(address), str(lang)))
    return found


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

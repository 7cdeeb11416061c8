"""A broadcast: drafted by one organizer, approved by another, one row per person in its ledger."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from hotline import subscribers
from hotline.errors import InputError
from hotline.incidents import incident as incidents
from hotline.incidents import record
from hotline.incidents.roster import load_roster
from hotline.store import DAY, Commit, Conflict

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.store import Store

BROADCAST_TTL: Final = 90 * DAY
KINDS: Final = ("alert", "event", "news")
SHORTEST, LONGEST = 60.0, 7 * 24 * 3600.0
UNITS: Final = {"m": 60.0, "h": 3600.0, "d": 86400.0}
# What each command may do to a broadcast, and the state it leaves.
MOVES: Final = {
    "approve": (("draft",), "sending"),
    "pause": (("sending",), "paused"),
    "resume": (("paused",), "sending"),
    "cancel": (("draft", "sending", "paused"), "cancelled"),
}


@dataclass(frozen=True)
class Broadcast:
    """One broadcast as it is kept.

    Attributes:
        texts: words by language, as they leave (frame included).
        zone: zone id, or ``all``.
        expires: seconds since the epoch after which nothing is sent any more.
        total: people in the audience, fixed at approval.
    """

    id: str
    state: str
    kind: str
    by: str
    texts: dict[str, str]
    zone: str
    expires: float
    incident: str = ""
    approved_by: str = ""
    total: int = 0
    receipts: dict[str, int] = field(default_factory=dict[str, int])

    def public(self) -> dict[str, Any]:
        """What ``status --json`` prints."""
        return dict(self.__dict__) | {"expires_at": incidents.iso(self.expires)}


def parse_life(text: str) -> float:
    """Seconds in ``90m``, ``2h`` or ``1d``.

    Raises:
        InputError: not such a time, or shorter than a minute, or longer than a week.
    """
    match = re.fullmatch(r"(\d{1,4})([mhd])", text.strip())
    seconds = int(match[1]) * UNITS[match[2]] if match else 0.0
    if not SHORTEST <= seconds <= LONGEST:
        raise InputError("Write --expires as 90m, 2h or 1d, at most 7d.")
    return seconds


def parse_texts(pairs: list[str]) -> dict[str, str]:
    """``["en=…", "es=…"]`` by language.

    Raises:
        InputError: a pair is malformed, empty or twice.
    """
    texts: dict[str, str] = {}
    for pair in pairs:
        lang, sign, words = pair.partition("=")
        if not sign or not re.fullmatch(r"[a-z]{2}", lang) or not words.strip() or lang in texts:
            raise InputError("Write each text once, as --text en='…' --text es='…'.")
        texts[lang] = words.strip()
    return texts


async def draft(
    store: Store,
    library: Library,
    *,
    by: str,
    kind: str,
    texts: dict[str, str],
    zone: str,
    incident: str,
    expires: float,
) -> Broadcast:
    """Keep a draft; nothing is sent.

    Raises:
        InputError: who, kind, zone, incident or texts cannot be used; nothing was kept.
    """
    await _organizer(store, by)
    if kind not in KINDS:
        raise InputError(f"The kind is one of {', '.join(KINDS)}.")
    if not texts:
        raise InputError("A broadcast needs at least one --text.")
    zones = subscribers.zones_in(zone, library.city) if zone else (subscribers.ALL,)
    if len(zones) != 1:
        raise InputError(
            f"There is no zone like that in {library.city.name}: see hotline content show zones."
        )
    if kind == "alert":
        await _confirmed(store, incident)
    framed = {
        lang: library.say("alert_frame", lang, text=words, line_name=library.city.line_name)
        for lang, words in texts.items()
    }
    number = str(await store.redis.incr("broadcasts:last"))
    made = Broadcast(number, "draft", kind, by, framed, zones[0], expires, incident)
    commit = Commit()
    commit.hset(f"broadcast:{number}", _fields(made), BROADCAST_TTL)
    await store.commit(commit)
    return made


async def _organizer(store: Store, handle: str) -> None:
    member = (await load_roster(store)).by_handle.get(handle)
    if member is None or member.role != "organizer":
        raise InputError(f"{handle} is not an organizer: see hotline staff list.")


async def _confirmed(store: Store, incident: str) -> None:
    found = await record.load(store, incident) if incident else None
    if found is None or found.state != "confirmed" or found.drill:
        raise InputError("An alert is written from a confirmed incident: name it with --incident.")


def _fields(one: Broadcast) -> dict[str, str]:
    return {
        "id": one.id, "state": one.state, "kind": one.kind, "by": one.by, "texts": json.dumps(one.texts),
        "zone": one.zone, "expires": str(one.expires), "incident": one.incident,
        "approved_by": one.approved_by, "total": str(one.total),
    }  # fmt: skip


async def load(store: Store, id_: str) -> Broadcast:
    """Read a broadcast with its receipts.

    Raises:
        InputError: there is none of that number.
    """
    fields = cast("dict[str, str]", await cast("Any", store.redis.hgetall(f"broadcast:{id_}")))
    if not fields:
        raise InputError(f"There is no broadcast {id_}.")
    states = await cast("Any", store.redis.hvals(f"broadcast:{id_}:ledger"))
    receipts: dict[str, int] = {}
    for state in states:
        receipts[state] = receipts.get(state, 0) + 1
    return Broadcast(
        id=fields["id"], state=fields["state"], kind=fields["kind"], by=fields["by"],
        texts=json.loads(fields["texts"]), zone=fields["zone"], expires=float(fields["expires"]),
        incident=fields["incident"], approved_by=fields["approved_by"], total=int(fields["total"]),
        receipts=receipts,
    )  # fmt: skip


async def approve(store: Store, id_: str, by: str, now: float) -> Broadcast:
    """Fix the audience and let delivery begin. The organizer who drafted it cannot approve it.

    Raises:
        InputError: wrong person, wrong state, expired, or a language of the audience has no text.
    """
    one = await load(store, id_)
    await _organizer(store, by)
    if by == one.by:
        raise InputError("A second organizer must approve: whoever drafted it cannot.")
    if one.expires <= now:
        raise InputError(f"Broadcast {id_} expired: draft it again.")
    people = await subscribers.audience(store, one.zone)
    missing = {lang for _, _, lang in people} - set(one.texts)
    if missing:
        raise InputError(f"People in this audience read {', '.join(sorted(missing))}: add that --text.")
    commit = _moved(one, "approve")
    commit.write("HSET", f"broadcast:{id_}", "approved_by", by, "total", len(people))
    todo = f"broadcast:{id_}:todo"
    rows = [json.dumps(row) for row in people]
    for start in range(0, len(rows), 500):
        commit.write("RPUSH", todo, *rows[start : start + 500])
    if people:
        commit.write("EXPIRE", todo, BROADCAST_TTL)
    commit.write("ZADD", "broadcasts:sending", now * 1000, id_)
    commit.write("PUBLISH", "wake", "broadcasts")
    await _commit(store, commit, id_)
    return await load(store, id_)


def _moved(one: Broadcast, move: str) -> Commit:
    states, after = MOVES[move]
    if one.state not in states:
        raise InputError(f"Broadcast {one.id} is {one.state}: it cannot be changed that way.")
    commit = Commit()
    commit.guard("field", f"broadcast:{one.id}", "state", one.state)
    commit.write("HSET", f"broadcast:{one.id}", "state", after)
    return commit


async def move(store: Store, id_: str, how: str) -> Broadcast:
    """Pause, resume or cancel a broadcast; what was handed to the carrier cannot be called back.

    Raises:
        InputError: its state does not allow it.
    """
    commit = _moved(await load(store, id_), how)
    commit.write("PUBLISH", "wake", "broadcasts")
    await _commit(store, commit, id_)
    return await load(store, id_)


async def _commit(store: Store, commit: Commit, id_: str) -> None:
    try:
        await store.commit(commit)
    except Conflict:
        raise InputError(f"Somebody changed broadcast {id_} at this moment: look at it again.") from None

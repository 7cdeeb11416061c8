"""How incidents are kept: each transition one commit, with its event in the `reports` stream."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from dataclasses import fields as dataclass_fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from hotline import metrics
from hotline.incidents.incident import Change, Incident, iso
from hotline.incidents.states import IncidentState
from hotline.store import DAY, INCIDENT_TTL, Commit, keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hotline.store import Key, Store

SCHEMA: Final = 1
STREAM: Final = keys.reports
LONGEST_ID: Final = 12
TUPLES: Final = frozenset({"words", "answers", "policy", "paged", "run", "passed", "backups", "children"})


KNOWN: Final = frozenset(entry.name for entry in dataclass_fields(Incident))


def written(before: Incident | None, change: Change, now: float) -> Commit:
    """The guard and writes that make a transition, with its event, in one step.

    Raises (when committed):
        Conflict: the incident changed since it was read.
    """
    after = replace(change.after, version=(before.version if before else 0) + 1)
    key = keys.incident(after.id)
    commit = Commit()
    if before is None:
        commit.if_absent(key)
        commit.zadd(keys.incidents_all, after.opened_at * 1000, after.id)
    else:
        commit.if_field(key, "version", str(before.version))
    commit.hset(key, _fields(after), INCIDENT_TTL)
    _index(commit, after, moved=before is None or before.due != after.due)
    for child in after.children:  # they follow at once what becomes of the first report
        commit.zadd(keys.incidents_due, now * 1000, child, only="known")
    event = json.dumps(_event(after, change, now), ensure_ascii=False)
    commit.rpush(keys.incident_log(after.id), event)
    commit.expire(keys.incident_log(after.id), INCIDENT_TTL)
    commit.xadd(STREAM, {"event": event})
    commit.wake("incidents")
    metrics.INCIDENTS.labels(change.event).inc()
    return commit


def put_off(incident: Incident, due: float) -> Commit:
    """The write that only moves an incident's timer (seconds since the epoch)."""
    commit = Commit()
    commit.if_field(keys.incident(incident.id), "version", str(incident.version))
    commit.zadd(keys.incidents_due, due * 1000, incident.id, only="known")
    return commit


def _index(commit: Commit, after: Incident, *, moved: bool) -> None:
    """Keep the open list, the timers and the reporter's way to the incident in step with its state.

    A transition that does not move the timer leaves it: a witness's may have been called early.
    """
    if after.live:
        commit.zadd(keys.incidents_open, after.opened_at * 1000, after.id)
    else:
        commit.zrem(keys.incidents_open, after.id)
    if after.reporter and after.live:  # who asked to be forgotten has no way to it any more
        commit.set(keys.reporter(after.reporter), after.id, DAY)
    elif after.reporter:
        commit.delete(keys.reporter(after.reporter))
    if after.due and moved:
        commit.zadd(keys.incidents_due, after.due * 1000, after.id)
    elif after.due:
        commit.zadd(keys.incidents_due, after.due * 1000, after.id, only="new")
    else:
        commit.zrem(keys.incidents_due, after.id)


def _event(after: Incident, change: Change, now: float) -> dict[str, Any]:
    """One entry of the `reports` stream; its schema is documented in docs/reports-stream.md."""
    return {
        "v": SCHEMA,
        "type": change.event,
        "at": iso(now),
        "by": change.by,
        "incident": after.public() | {"text": " / ".join(after.words), "answers": after.answers},
        **({"details": dict(change.details)} if change.details else {}),
    }


def _fields(incident: Incident) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in asdict(incident).items()
    }


def from_fields(fields: Mapping[str, str]) -> Incident:
    """An incident from its Redis hash."""
    texts = {
        "id",
        "state",
        "urgency",
        "reporter",
        "lang",
        "place",
        "zone",
        "claimed_by",
        "asked",
        "same_as",
        "told",
        "tray",
    }
    values: dict[str, Any] = {
        name: value if name in texts else json.loads(value)
        for name, value in fields.items()
        if name in KNOWN  # a newer worker beside this one may keep more
    }
    for name in TUPLES & values.keys():
        values[name] = tuple(values[name])
    values["state"] = IncidentState(values.get("state", IncidentState.OPENED))
    return Incident(**values)


async def load(store: Store, id_: str) -> Incident | None:
    """Read one incident; None when there is none of that number, or it is no number."""
    if not id_.isdecimal() or len(id_) > LONGEST_ID:
        return None
    fields = await store.hgetall(keys.incident(id_))
    return from_fields(fields) if fields else None


async def load_many(store: Store, key: Key) -> list[Incident]:
    """The incidents of a sorted set (`keys.incidents_open`, `keys.incidents_all`), oldest first."""
    return await load_ids(store, await store.zrange(key))


async def load_ids(store: Store, ids: Iterable[str]) -> list[Incident]:
    """The incidents of some numbers, in that order, in one trip; a number without one is left out."""
    pipe = store.pipeline()
    for id_ in ids:
        pipe.hgetall(keys.incident(id_))
    return [from_fields(fields) for fields in await pipe.execute() if fields]


async def paged_at(store: Store, id_: str, handle: str) -> float:
    """When somebody was last paged for an incident, in seconds since the epoch; 0 for never."""
    lines = await store.lrange(keys.incident_log(id_))
    for event in map(json.loads, reversed(lines)):
        if handle in event.get("details", {}).get("handles", "").split(","):
            return datetime.fromisoformat(event["at"]).timestamp()
    return 0.0


async def next_id(store: Store) -> str:
    """A number that no incident ever had. Numbers may be skipped, never given twice."""
    return str(await store.incr(keys.incidents_last))

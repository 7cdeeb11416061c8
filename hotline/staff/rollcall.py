"""The weekly test page: every responder is asked for an OK, and organizers hear who did not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline.messaging.outbox import Outbound, Priority, queued
from hotline.store import DAY, Commit, keys

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.staff.roster import Roster
    from hotline.store import Store

WAIT: Final = 30 * 60.0  # seconds to answer
CURRENT: Final = keys.rollcall_current
TTL: Final = 30 * DAY


async def begin(store: Store, vault: Vault, library: Library, roster: Roster, name: str, now: float) -> int:
    """Text every responder a test page; how many were texted. A name such as ``2026-W48`` is used once.

    Raises:
        Conflict: there was a roll call of that name.
    """
    members = roster.with_role("responder")
    commit = Commit()
    commit.if_absent(keys.rollcall(name))
    commit.hset(keys.rollcall(name), {"begun": str(now)} | {f"@{m.handle}": "" for m in members}, TTL)
    commit.set(CURRENT, name, int(WAIT))
    commit.zadd(keys.rollcall_due, now + WAIT, name)
    for member in members:
        words = library.say("rollcall_page", member.lang)
        message = Outbound(
            f"roll{name}{member.handle}", member.person, member.address, words, priority=Priority.PAGE
        )
        commit.merge(queued(message, vault, now))
    await store.commit(commit)
    return len(members)


async def answered(store: Store, handle: str, now: float) -> Commit | None:
    """The write that notes an OK; None when nobody asked this volunteer."""
    name = await last(store)
    key = keys.rollcall(name)
    if not name or await store.hget(key, f"@{handle}") != "":
        return None
    commit = Commit()
    commit.hset(key, {f"@{handle}": str(now)})
    return commit


async def result(store: Store, name: str) -> dict[str, float | None]:
    """Seconds until each volunteer answered, None for those who did not; empty without such a roll call."""
    fields = await store.hgetall(keys.rollcall(name))
    begun = float(fields.get("begun", 0))
    return {
        handle.removeprefix("@"): float(at) - begun if at else None
        for handle, at in fields.items()
        if handle.startswith("@")
    }


async def last(store: Store) -> str:
    """The name of today's roll call, "" without one."""
    return str(await store.get(CURRENT) or "")


async def report_due(store: Store, vault: Vault, library: Library, roster: Roster, now: float) -> None:
    """Tell organizers the result of every roll call whose time is up, once."""
    for name in map(str, await store.zrangebyscore(keys.rollcall_due, "-inf", now)):
        found = await result(store, name)
        silent = sorted(handle for handle, seconds in found.items() if seconds is None)
        commit = Commit()
        commit.if_member(keys.rollcall_due, name)
        commit.zrem(keys.rollcall_due, name)
        for member in roster.with_role("organizer"):
            key = "rollcall_missing" if silent else "rollcall_all"
            values = {"answered": len(found) - len(silent), "total": len(found), "missing": ", ".join(silent)}
            words = library.say(key, member.lang, **values)
            message = Outbound(f"roll{name}result{member.handle}", member.person, member.address, words)
            commit.merge(queued(message, vault, now))
        await store.commit(commit)

"""The second organizer: what has to hold before anything is sent, and who gets it, fixed at that moment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hotline.broadcasts import audience, closing, freeze, once, texts
from hotline.broadcasts.at_once import at_once
from hotline.broadcasts.broadcast import (
    BROADCAST_TTL,
    load,
    logged,
    organizer,
    recent,
    to_fields,
    unmovable,
)
from hotline.broadcasts.delivery import canaries as canary
from hotline.broadcasts.drafting import reasoned, stood_for
from hotline.broadcasts.states import BroadcastMove, BroadcastState
from hotline.privacy.vault import Vault
from hotline.refusal import Reason, Refused
from hotline.store import DAY, Commit, keys

if TYPE_CHECKING:
    from hotline.broadcasts.audience import Preview, Staged
    from hotline.broadcasts.broadcast import Broadcast
    from hotline.content import Library
    from hotline.settings import Settings
    from hotline.store import Store

UNCAPPED: Final = ("closing", "notice")


async def approved(
    store: Store,
    library: Library,
    settings: Settings,
    id_: str,
    by: str,
    now: float,
    *,
    override: bool = False,
) -> tuple[Broadcast, Commit]:
    """A broadcast as it is once approved, with the guards and writes that fix its audience and begin to send.

    Its people are written down already, under a key that nothing reads and that expires in an hour.
    Who drafted it cannot approve it, but in a drill.

    Raises:
        Refused: wrong person, wrong state, expired, frozen, over the daily cap, its report is not
            confirmed any more, or a language of the audience has no text. Nothing was sent.
    """
    one = await load(store, id_)
    turns = await _turns(store, library, one, now)
    await may(store, library, settings, one, by, now, override=override)
    if one.kind == "closing":
        return await closing.sent(store, one, by, now)
    quiet = audience.is_quiet(library.city, settings, now)
    canaries = await canary.canaries(Vault(settings.secret_keys), settings, library.city)
    staged = await audience.stage(store, one, canaries, quiet=quiet)
    texts.complete(one, one.texts, staged.langs)
    state = one.after(BroadcastMove.APPROVE, BroadcastState.SENT if one.drill else BroadcastState.SENDING)
    after = replace(
        one, state=state, approved_by=by, approved_at=now, total=staged.total,
        langs=staged.langs,
    )  # fmt: skip
    commit = _sending(one, after, staged, by, now)
    commit.merge(turns)
    return after, commit


approve = at_once(approved)


def _sending(one: Broadcast, after: Broadcast, staged: Staged, by: str, now: float) -> Commit:
    commit = Commit()
    commit.if_field(keys.broadcast(one.id), "state", one.state)
    commit.hset(keys.broadcast(one.id), to_fields(after), BROADCAST_TTL)
    commit.merge(logged(one.id, by=by, what="approve", now=now, why=one.why))
    if one.drill:
        if staged.total:
            commit.delete(staged.key)
            commit.hset(keys.broadcast_counts(one.id), {"drill": staged.total})
            commit.expire(keys.broadcast_counts(one.id), BROADCAST_TTL)
        return commit
    commit.merge(staged.taken(one.id))
    commit.zadd(keys.broadcasts_sending, now * 1000, one.id)
    commit.wake("broadcasts")
    return commit


async def ready(
    store: Store, library: Library, settings: Settings, one: Broadcast, by: str, now: float, *, override: bool
) -> Preview:
    """Who would get it, if somebody may approve it now.

    Raises:
        Refused: why not, a language of its people without a text included.
    """
    await may(store, library, settings, one, by, now, override=override)
    found = await audience.preview(store, library.city, settings, one, now)
    texts.complete(one, one.texts, found.missing)
    return found


async def may(
    store: Store, library: Library, settings: Settings, one: Broadcast, by: str, now: float, *, override: bool
) -> None:
    """Whether somebody may approve it now; that its audience has words is checked elsewhere.

    Raises:
        Refused: why not.
    """
    await organizer(store, by)
    if not one.may(BroadcastMove.APPROVE):
        raise unmovable(one)
    if by == one.by and not one.drill:
        raise Refused(Reason.OWN_DRAFT, code=one.numbered)
    if one.expires <= now:
        raise Refused(Reason.EXPIRED, code=one.numbered)
    if not one.notice and await freeze.frozen(store):
        raise Refused(Reason.FROZEN)
    if one.kind == "alert":
        await _founded(store, one, override=override)
    if one.kind not in UNCAPPED and not one.drill:
        await _under_cap(store, library, settings, now)


async def _turns(store: Store, library: Library, one: Broadcast, now: float) -> Commit:
    """The guards against two approvals at the same moment: over the daily cap, or for one report."""
    commit = Commit()
    if one.drill:
        return commit
    if one.kind not in UNCAPPED:
        key = keys.broadcast_day(library.city.local(now).date().isoformat())
        commit.if_field(key, "approved", await store.hget(key, "approved") or "")
        commit.hincrby(key, "approved", 1)
        commit.expire(key, 2 * DAY)
    if one.kind == "alert" and one.incident:
        commit.merge((await once.alerts_of(store, one.incident)).with_one_more(one.id))
    return commit


async def needs_two(store: Store, one: Broadcast) -> bool:
    """Whether the person who approves an alert must give a reason for it too, as its writer did.

    Raises:
        Refused: it cannot be sent: its report is not confirmed any more, or was alerted and nobody gave
            a reason to do so again.
    """
    try:
        found = await stood_for(store, one.incident, one.why, drill=one.drill, drafted_at=one.drafted_at)
    except Refused:
        raise Refused(Reason.UNFOUNDED, report=one.incident, code=one.numbered) from None
    before = await once.told(store, one.incident, one.id) if one.incident and not one.drill else None
    if before and not reasoned(one.why):
        raise once.refusal(one.incident, before)
    return found is None or before is not None


async def _founded(store: Store, one: Broadcast, *, override: bool) -> None:
    """What was confirmed when the draft was written may be over by now, or alerted."""
    if await needs_two(store, one) and not override:
        raise Refused(Reason.NEEDS_TWO, code=one.numbered, handle=one.by, why=one.why)


async def _under_cap(store: Store, library: Library, settings: Settings, now: float) -> None:
    today = library.city.local(now).date()
    sent = [
        one
        for one in await recent(store, 200)
        if one.approved_at and not one.drill and one.kind not in UNCAPPED
        and library.city.local(one.approved_at).date() == today
    ]  # fmt: skip
    if len(sent) >= settings.broadcasts_per_day:
        raise Refused(Reason.DAY_FULL, count=len(sent))

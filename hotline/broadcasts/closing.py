"""The duty to say that it is over: to exactly the people who were told; organizers are reminded of it."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hotline.broadcasts import audience, verification
from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts import texts as words
from hotline.broadcasts.at_once import at_once
from hotline.broadcasts.broadcast import (
    BROADCAST_TTL,
    KEPT,
    Broadcast,
    load,
    logged,
    moved,
    organizer,
    recent,
    to_fields,
    unmovable,
    written,
)
from hotline.broadcasts.delivery import failures
from hotline.broadcasts.states import BroadcastMove, BroadcastState
from hotline.incidents import records
from hotline.messaging.outbox import Outbound, Priority, queued
from hotline.store import Commit, Conflict, keys

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.incidents.service import IncidentService
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.staff.roster import Staff
    from hotline.store import Store

LIFE: Final = 12 * 3600.0  # seconds
NAG: Final = 30 * 60.0  # seconds between two reminders
PATIENCE: Final = 2 * 3600.0  # seconds an alert may stand before anybody is reminded
UNCLOSED: Final = ("closing", "notice")  # kinds that end nothing


async def closed(
    store: Store,
    library: Library,
    settings: Settings,
    id_: str,
    *,
    now: float,
    by: str = "",
    texts: dict[str, str] | None = None,
    reason: str = "",
) -> tuple[Broadcast, Commit]:
    """The guards and writes that end an alert: nobody else gets it, and who got it is told that it is over.

    Ready words need one organizer. Words of their own only become a draft, which another one has to send;
    the alert itself stays as it is until then.

    Args:
        store: where it is.
        library: the ready words.
        settings: whose content folder and numbers count.
        id_: number of the alert.
        now: seconds since the epoch.
        by: handle of an organizer; "" for the operator.
        texts: words by language; none takes the ready text of `reason`.
        reason: one of `words.ENDINGS` for its kind.

    Returns:
        The closing text as a broadcast of its own, a draft when its words are free; the alert itself where
        nobody was told anything; and the writes.

    Raises:
        Refused: who, state or words do not allow it; nothing changed.
    """
    if by:
        await organizer(store, by)
    one = await load(store, id_)
    closable(one)
    if not tells(one):
        return one, _ended(one, by, now, reason)
    said = worded(library, settings, one, texts or {}, reason)
    made = await _closing(store, library, one, said, by, now)
    if texts:  # free words to many: another organizer has to send them
        return made, written(made, by=by, what="draft", now=now)
    made = replace(made, state=made.after(BroadcastMove.APPROVE, BroadcastState.WAITING), approved_at=now)
    commit = _ended(one, by, now, reason)
    commit.merge(written(made, by=by, what="close", now=now))
    commit.merge(_begun(made, now))
    return made, commit


close = at_once(closed)


async def sent(store: Store, one: Broadcast, by: str, now: float) -> tuple[Broadcast, Commit]:
    """A closing text in somebody's own words as it is once another organizer sends it, with its writes.

    Raises:
        Refused: the alert is closed already, or a language of its people has no text; nothing changed.
    """
    alert = await load(store, one.closes)
    closable(alert)
    words.complete(alert, one.texts, alert.langs or alert.texts)
    langs = await audience.reached_by_language(store, alert.id)
    after = replace(
        one, state=one.after(BroadcastMove.APPROVE, BroadcastState.WAITING), approved_by=by, approved_at=now,
        expires=now + LIFE, langs=langs, total=sum(langs.values()),
    )  # fmt: skip
    commit = _ended(alert, by, now, f"broadcast {one.id}")
    commit.if_field(keys.broadcast(one.id), "state", one.state)
    commit.hset(keys.broadcast(one.id), to_fields(after), BROADCAST_TTL)
    commit.merge(logged(one.id, by=by, what="approve", now=now))
    commit.merge(_begun(one, now))
    return after, commit


def tells(one: Broadcast) -> bool:
    """Whether anybody has to be told how it ended."""
    return not one.drill and bool(one.reached or one.waiting)


def may_end(one: Broadcast) -> bool:
    """Whether there is something to close."""
    return one.may(BroadcastMove.CLOSE) and bool(one.approved_at) and one.kind not in UNCLOSED


def closable(one: Broadcast) -> None:
    """Refuse what cannot be closed.

    Raises:
        Refused: there is nothing to close.
    """
    if not may_end(one):
        raise unmovable(one)


def _begun(one: Broadcast, now: float) -> Commit:
    commit = Commit()
    commit.zadd(keys.broadcasts_sending, now * 1000, one.id)
    commit.wake("broadcasts")
    return commit


async def _closing(
    store: Store, library: Library, one: Broadcast, said: dict[str, str], by: str, now: float
) -> Broadcast:
    """A draft of the text that ends it."""
    return Broadcast(
        id=str(await store.incr(keys.broadcasts_last)), state=BroadcastState.DRAFT, kind="closing", by=by,
        texts=words.closing_frame(library, one.kind, said, one.code), zone=one.zone, expires=now + LIFE,
        incident=one.incident, code=await verification.new_code(store), drafted_at=now, closes=one.id,
    )  # fmt: skip


def worded(
    library: Library, settings: Settings, one: Broadcast, texts: dict[str, str], reason: str
) -> dict[str, str]:
    """How it ended, in every language of its people, without the frame.

    Raises:
        Refused: a language has no text, or free words hold what no text may.
    """
    if not texts:
        langs = sorted(set(one.langs) | set(one.texts))
        return words.closing(library, one, reason, langs)
    words.judge(texts, library, settings.content_dir, settings.own_numbers)
    words.complete(one, texts, one.langs or one.texts)
    return texts


def _ended(one: Broadcast, by: str, now: float, reason: str) -> Commit:
    commit = Commit()
    commit.if_field(keys.broadcast(one.id), "state", one.state)
    commit.hset(keys.broadcast(one.id), {"state": one.after(BroadcastMove.CLOSE)})
    commit.delete(keys.broadcast_todo(one.id))
    commit.zrem(keys.broadcasts_sending, one.id)
    commit.merge(logged(one.id, by=by, what="close", now=now, why=reason))
    return commit


async def hold_unfounded(store: Store, now: float) -> None:
    """Pause at once what is still being sent while its report is no longer confirmed."""
    ids = await store.zrange(keys.broadcasts_sending)
    for one in await broadcasts.load_many(store, map(str, ids)):
        if one.may(BroadcastMove.PAUSE) and one.kind == "alert" and one.incident and one.held != KEPT:
            with failures.apart(one.id):
                await _hold_unfounded(store, one, now)


async def _hold_unfounded(store: Store, one: Broadcast, now: float) -> None:
    report = await records.load(store, one.incident)
    if report and not report.live and not report.backs(one.drafted_at):
        with contextlib.suppress(Conflict):
            await store.commit(moved(one, BroadcastMove.PAUSE, by="line", now=now, held="report"))


async def nag(service: IncidentService, vault: Vault, library: Library, now: float) -> int:
    """Remind organizers by text of each alert that somebody has to close; answers how many."""
    organizers, count = (await service.roster()).with_role("organizer"), 0
    for one in await recent(service.store, 200):
        with failures.apart(one.id), contextlib.suppress(Conflict):
            if not one.to_close or now - one.nagged_at < NAG or not await _is_due(service.store, one, now):
                continue
            await service.store.commit(_nagging(one, organizers, vault, library, now))
            count += 1
    return count


def _nagging(one: Broadcast, organizers: list[Staff], vault: Vault, library: Library, now: float) -> Commit:
    commit = Commit()
    commit.if_field(keys.broadcast(one.id), "nagged_at", str(one.nagged_at))
    commit.hset(keys.broadcast(one.id), {"nagged_at": str(now)})
    for member in organizers:
        text = library.say("alert_to_close", member.lang, code=one.code)
        message = Outbound(
            f"b{one.id}nag{now:.0f}{member.handle}", member.person, member.address, text,
            priority=Priority.REPLY,
        )  # fmt: skip
        commit.merge(queued(message, vault, now))
    return commit


async def _is_due(store: Store, one: Broadcast, now: float) -> bool:
    """When its report is over, when it has expired, or when it has stood for long."""
    report = await records.load(store, one.incident) if one.incident else None
    over = report is not None and not report.backs(one.drafted_at)
    cancelled = one.state is BroadcastState.CANCELLED
    return over or cancelled or one.expires <= now or now - one.approved_at > PATIENCE

"""PAUSE, DROP and FREEZE by text: what only stops things needs no code; and SENT, how far alerts are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts import freeze as freezing
from hotline.broadcasts.broadcast import recent
from hotline.broadcasts.states import BroadcastMove
from hotline.conversation.organizers import notices
from hotline.conversation.organizers.approval import watchers
from hotline.store import MINUTE, keys

if TYPE_CHECKING:
    from hotline.broadcasts.broadcast import Broadcast
    from hotline.conversation.context import Context
    from hotline.staff.roster import Roster

ASKED: Final = keys.freeze_asked
ASKED_TTL: Final = 10 * MINUTE
SHOWN: Final = 3  # broadcasts
HOW: Final = {"pause": BroadcastMove.PAUSE, "drop": BroadcastMove.CANCEL}


def hold(ctx: Context, everybody: Roster, one: Broadcast, kind: str) -> None:
    """PAUSE or DROP a broadcast."""
    move = HOW[kind]
    ctx.commit.merge(broadcasts.moved_by_hand(one, move, by=ctx.handle, now=ctx.now))
    notices.now_is(ctx, everybody, one, one.after(move))


async def overview(ctx: Context) -> None:
    """SENT: the last broadcasts."""
    found = await recent(ctx.services.store, SHOWN)
    lines = [
        f"{notices.drill_mark(ctx.library, one, ctx.lang)} "
        f"{notices.progress(ctx.library, ctx.services.settings, one, ctx.lang)}".strip()
        for one in found
    ]
    ctx.write("\n".join(lines)) if lines else ctx.say("broadcast_none")


async def freeze(ctx: Context, everybody: Roster) -> None:
    """FREEZE: alerts are held when a second organizer says so too within ten minutes."""
    store = ctx.services.store
    if await freezing.frozen(store):
        ctx.say("freeze_already")
        return
    kept = await store.hgetall(ASKED)
    waits = bool(kept) and float(kept["until"]) > ctx.now
    first = everybody.by_handle.get(kept.get("by", ""))
    ctx.commit.if_field(ASKED, "by", kept.get("by", ""))
    ctx.commit.if_field(ASKED, "until", kept.get("until", ""))
    if waits and first and first.role == "organizer" and first.handle != ctx.handle:
        _frozen(ctx, everybody, f"{first.handle}, {ctx.handle}")
        return
    ctx.say("freeze_waits")
    if not waits or first is None or first.handle != ctx.handle:
        _wanted(ctx, everybody)


def _wanted(ctx: Context, everybody: Roster) -> None:
    ctx.commit.hset(ASKED, {"by": ctx.handle, "until": str(ctx.now + ASKED_TTL)}, ASKED_TTL)
    notices.tell(
        ctx, everybody.with_role("organizer"),
        lambda lang: ctx.library.say("freeze_wanted", lang, handle=ctx.handle), "freeze",
    )  # fmt: skip


def _frozen(ctx: Context, everybody: Roster, handles: str) -> None:
    ctx.commit.delete(ASKED)
    ctx.commit.merge(freezing.freeze(handles, ctx.now))
    ctx.say("freeze_done", handles=handles)
    notices.tell(
        ctx, watchers(everybody),
        lambda lang: ctx.library.say("freeze_done", lang, handles=handles), "frozen",
    )  # fmt: skip

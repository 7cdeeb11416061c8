"""What leaves or goes on by text needs a one-time code: asked for by a word, done by the code alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.broadcasts import approval, closing, codes, texts
from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts import freeze as freezing
from hotline.broadcasts.broadcast import to_fields
from hotline.broadcasts.codes import Action
from hotline.broadcasts.states import BroadcastMove
from hotline.conversation.organizers import notices
from hotline.store import keys

if TYPE_CHECKING:
    from hotline.broadcasts.broadcast import Broadcast
    from hotline.conversation.context import Context
    from hotline.staff.roster import Roster, Staff


async def ask_approve(ctx: Context, one: Broadcast) -> None:
    """APPROVE 482: a code, if it could be sent now."""
    store, settings = ctx.services.store, ctx.services.settings
    found = await approval.ready(store, ctx.library, settings, one, ctx.handle, ctx.now, override=True)
    backed = one.kind != "alert" or not await approval.needs_two(store, one)
    digits = await _code(ctx, Action("approve" if backed else "override", one.id, codes.fingerprint(one)))
    if backed:
        _asked(ctx, ctx.library.say(
            "code_approve", ctx.lang, digits=digits, code=one.code, people=found.people
        ))  # fmt: skip
    else:
        _asked(ctx, ctx.library.say(
            "code_override", ctx.lang, digits=digits, code=one.code, people=found.people, handle=one.by,
            why=one.why,
        ))  # fmt: skip


async def ask_resume(ctx: Context, one: Broadcast) -> None:
    """RESUME 482: a code."""
    broadcasts.movable(one, BroadcastMove.RESUME, ctx.now)
    digits = await _code(ctx, Action("resume", one.id))
    why = ctx.library.say(f"broadcast_held_{one.held}", ctx.lang) if one.held else ""
    _asked(ctx, ctx.library.say(
        "code_resume", ctx.lang, digits=digits, code=one.code, people=one.waiting, why=why
    ))  # fmt: skip


async def ask_unfreeze(ctx: Context) -> None:
    """UNFREEZE: a code."""
    if not await freezing.frozen(ctx.services.store):
        ctx.say("freeze_none")
        return
    digits = await _code(ctx, Action("unfreeze"))
    _asked(ctx, ctx.library.say("code_unfreeze", ctx.lang, digits=digits))


async def ask_close(ctx: Context, everybody: Roster, one: Broadcast, ending: str) -> None:
    """CLOSE 482 LEFT: needs a code when people are told: "they have left" can make them go out."""
    closing.closable(one)
    if ending and not closing.tells(one):
        await _close(ctx, everybody, one, ending)
        return
    said = texts.closing(ctx.library, one, ending, [ctx.lang])[ctx.lang]
    digits = await _code(ctx, Action("close", one.id, ending))
    _asked(ctx, ctx.library.say("code_close", ctx.lang, digits=digits, code=one.code, text=said))


async def by_code(ctx: Context, everybody: Roster, digits: str) -> None:
    """Do what the code was given for; every code works once."""
    services = ctx.services
    answer = await codes.tried(services.store, services.vault, ctx.person.id, digits, ctx.now)
    if answer.outcome == "right" and answer.action.what.startswith(codes.CONSOLE):
        ctx.say("code_console")  # not used up: it is wanted there
        return
    ctx.commit.merge(answer.commit)
    if answer.outcome == "right":
        await _do(ctx, everybody, answer.action)
    elif answer.outcome == "wrong":
        ctx.say("code_wrong", left=answer.left)
    else:
        ctx.say("code_void" if answer.outcome == "void" else "code_over")


async def _do(ctx: Context, everybody: Roster, action: Action) -> None:
    if action.what == "unfreeze":
        _unfreeze(ctx, everybody)
        return
    one = await broadcasts.load(ctx.services.store, action.about)
    notices.mark(ctx, one)
    if action.what == "close":
        await _close(ctx, everybody, one, action.reason)
    elif action.what == "resume":
        ctx.commit.merge(broadcasts.moved_by_hand(one, BroadcastMove.RESUME, by=ctx.handle, now=ctx.now))
        notices.now_is(ctx, everybody, one, one.after(BroadcastMove.RESUME))
    else:
        await _approve(ctx, everybody, one, action)


async def _approve(ctx: Context, everybody: Roster, one: Broadcast, action: Action) -> None:
    if codes.fingerprint(one) != action.reason:
        ctx.say("approve_changed", code=one.code)
        return
    services, library = ctx.services, ctx.library
    after, commit = await approval.approved(
        services.store, library, services.settings, one.id, ctx.handle, ctx.now,
        override=action.what == "override",
    )  # fmt: skip
    commit.if_field(keys.broadcast(one.id), "texts", to_fields(one)["texts"])
    ctx.commit.merge(commit)
    if one.drill:
        ctx.say("approve_drill", code=one.code, people=after.total)
    else:
        ctx.say("approve_done", code=one.code, people=after.total)
        notices.tell(
            ctx, everybody.with_role("organizer"),
            lambda lang: library.say(
                "approve_told", lang, code=one.code, people=after.total, handle=ctx.handle
            ),
            "approved",
        )  # fmt: skip


async def _close(ctx: Context, everybody: Roster, one: Broadcast, ending: str) -> None:
    services = ctx.services
    told, commit = await closing.closed(
        services.store, ctx.library, services.settings, one.id, now=ctx.now, by=ctx.handle, reason=ending
    )
    ctx.commit.merge(commit)
    notices.now_is(ctx, everybody, one, one.after(BroadcastMove.CLOSE))
    ctx.say("close_nobody" if told.id == one.id else "close_told")


def _unfreeze(ctx: Context, everybody: Roster) -> None:
    ctx.commit.merge(freezing.unfreeze(ctx.handle, ctx.now))
    ctx.say("freeze_over", handle=ctx.handle)
    notices.tell(
        ctx, watchers(everybody),
        lambda lang: ctx.library.say("freeze_over", lang, handle=ctx.handle), "thaw",
    )  # fmt: skip


def watchers(everybody: Roster) -> list[Staff]:
    """The people who are told of a freeze and of its end."""
    return [*everybody.with_role("organizer"), *everybody.with_role("operator")]


async def _code(ctx: Context, action: Action) -> str:
    services = ctx.services
    digits, commit = await codes.ask(services.store, services.vault, ctx.person.id, action, ctx.now)
    ctx.commit.merge(commit)
    return digits


def _asked(ctx: Context, words: str) -> None:
    ctx.write(f"{words} {ctx.library.say('code_tail', ctx.lang)}")

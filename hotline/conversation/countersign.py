"""What leaves or goes on by text needs a one-time code: asked for by a word, done by the code alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline.broadcasts import approval, audience, closing, drafting, once, onetime, words
from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts import freeze as freezing
from hotline.broadcasts.broadcast import to_fields
from hotline.broadcasts.onetime import Deed
from hotline.conversation import alert_words
from hotline.errors import InputError

if TYPE_CHECKING:
    from hotline.broadcasts.broadcast import Broadcast
    from hotline.conversation.context import Context
    from hotline.incidents.roster import Roster, Staff

HOW: Final = {"alert": "close_how", "event": "close_how_event", "news": "close_how_news"}
UNCLOSED: Final = ("closing", "notice")  # kinds that end nothing


async def ask_approve(ctx: Context, one: Broadcast) -> None:
    """APPROVE 482: a code, if it could be sent now."""
    if await _stands_in_the_way(ctx, one):
        return
    found = await audience.preview(ctx.services.store, ctx.library.city, ctx.services.settings, one, ctx.now)
    if found.missing:
        names = ", ".join(lang.upper() for lang in found.missing)
        ctx.say("approve_missing", code=one.code, langs=names)
        return
    backed = one.kind != "alert" or not await approval.needs_two(ctx.services.store, one)
    digits = await _code(ctx, Deed("approve" if backed else "override", one.id, onetime.fingerprint(one)))
    if digits and backed:
        _asked(ctx, ctx.library.say(
            "code_approve", ctx.lang, digits=digits, code=one.code, people=found.people
        ))  # fmt: skip
    elif digits:
        _asked(ctx, ctx.library.say(
            "code_override", ctx.lang, digits=digits, code=one.code, people=found.people, handle=one.by,
            why=one.why,
        ))  # fmt: skip


async def ask_resume(ctx: Context, one: Broadcast) -> None:
    """RESUME 482: a code."""
    if one.state != "paused":
        _wrong_state(ctx, one)
    elif one.expires <= ctx.now:
        ctx.say("broadcast_expired", code=one.code)
    elif digits := await _code(ctx, Deed("resume", one.id)):
        why = ctx.library.say(f"broadcast_held_{one.held}", ctx.lang) if one.held else ""
        _asked(ctx, ctx.library.say(
            "code_resume", ctx.lang, digits=digits, code=one.code, people=one.waiting, why=why
        ))  # fmt: skip


async def ask_unfreeze(ctx: Context) -> None:
    """UNFREEZE: a code."""
    if not await freezing.frozen(ctx.services.store):
        ctx.say("freeze_none")
    elif digits := await _code(ctx, Deed("unfreeze")):
        _asked(ctx, ctx.library.say("code_unfreeze", ctx.lang, digits=digits))


async def ask_close(ctx: Context, everybody: Roster, one: Broadcast, ending: str) -> None:
    """CLOSE 482 LEFT: a code where people are told of it, for "they have left" can lead people out."""
    if one.state not in closing.ENDED or not one.approved_at or one.kind in UNCLOSED:
        _wrong_state(ctx, one)
    elif ending and not closing.tells(one):
        await _close(ctx, everybody, one, ending)
    elif ending not in words.ENDINGS[one.kind]:
        ctx.say(HOW[one.kind], code=one.code)
    elif digits := await _code(ctx, Deed("close", one.id, ending)):
        said = words.closing(ctx.library, one.kind, ending, [ctx.lang])[ctx.lang]
        _asked(ctx, ctx.library.say(
            "code_close", ctx.lang, digits=digits, code=one.code, text=said
        ))  # fmt: skip


async def by_code(ctx: Context, everybody: Roster, digits: str) -> None:
    """Do what the code was given for; every code works once."""
    services = ctx.services
    answer = await onetime.tried(services.store, services.vault, ctx.person.id, digits, ctx.now)
    if answer.outcome == "right" and answer.deed.what.startswith(onetime.CONSOLE):
        ctx.say("code_console")  # not used up: it is wanted there
        return
    ctx.commit.merge(answer.commit)
    if answer.outcome == "right":
        await _do(ctx, everybody, answer.deed)
    elif answer.outcome == "wrong":
        ctx.say("code_wrong", left=answer.left)
    else:
        ctx.say("code_void" if answer.outcome == "void" else "code_over")


async def _do(ctx: Context, everybody: Roster, deed: Deed) -> None:
    if deed.what == "unfreeze":
        _unfreeze(ctx, everybody)
        return
    one = await broadcasts.load(ctx.services.store, deed.about)
    alert_words.mark(ctx, one)
    if deed.what == "close":
        await _close(ctx, everybody, one, deed.reason)
    elif deed.what == "resume":
        ctx.commit.merge(broadcasts.moved_by_hand(one, "resume", by=ctx.handle, now=ctx.now))
        alert_words.now_is(ctx, everybody, one, "sending")
    else:
        await _approve(ctx, everybody, one, deed)


async def _approve(ctx: Context, everybody: Roster, one: Broadcast, deed: Deed) -> None:
    if await _stands_in_the_way(ctx, one):
        return
    if onetime.fingerprint(one) != deed.reason:
        ctx.say("approve_changed", code=one.code)
        return
    services, library = ctx.services, ctx.library
    after, commit = await approval.approved(
        services.store, library, services.settings, one.id, ctx.handle, ctx.now,
        override=deed.what == "override",
    )  # fmt: skip
    commit.guard("field", f"broadcast:{one.id}", "texts", to_fields(one)["texts"])
    ctx.commit.merge(commit)
    if one.drill:
        ctx.say("approve_drill", code=one.code, people=after.total)
    else:
        ctx.say("approve_done", code=one.code, people=after.total)
        alert_words.tell(
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
    alert_words.now_is(ctx, everybody, one, "closed")
    ctx.say("close_nobody" if told.id == one.id else "close_told")


def _unfreeze(ctx: Context, everybody: Roster) -> None:
    ctx.commit.merge(freezing.unfreeze(ctx.handle, ctx.now))
    ctx.say("freeze_over", handle=ctx.handle)
    alert_words.tell(
        ctx, watchers(everybody),
        lambda lang: ctx.library.say("freeze_over", lang, handle=ctx.handle), "thaw",
    )  # fmt: skip


def watchers(everybody: Roster) -> list[Staff]:
    """Who hears of a freeze and of its end."""
    return [*everybody.with_role("organizer"), *everybody.with_role("operator")]


# -- what stands in the way


async def _stands_in_the_way(ctx: Context, one: Broadcast) -> bool:
    """Say why a draft cannot be approved by this organizer now. False: nothing does."""
    if one.state != "draft":
        _wrong_state(ctx, one)
    elif one.by == ctx.handle and not one.drill:
        ctx.say("approve_own", code=one.code)
    elif one.expires <= ctx.now:
        ctx.say("broadcast_expired", code=one.code)
    elif not one.notice and await freezing.frozen(ctx.services.store):
        ctx.say("approve_frozen")
    elif one.kind == "alert" and await _unfounded(ctx, one):
        ctx.say("approve_unfounded", code=one.code, id=one.incident)
    else:
        return one.kind == "alert" and await _alerted(ctx, one)
    return True


def _wrong_state(ctx: Context, one: Broadcast) -> None:
    ctx.say("broadcast_is", code=one.code, state=alert_words.state(ctx.library, one.state, ctx.lang))


async def _alerted(ctx: Context, one: Broadcast) -> bool:
    """Say that its report was alerted meanwhile, where nobody gave a reason to do so again."""
    if not one.incident or one.drill or drafting.reasoned(one.why):
        return False
    before = await once.told(ctx.services.store, one.incident, one.id)
    if before:
        state = alert_words.state(ctx.library, before.state, ctx.lang)
        ctx.say("alert_exists", id=one.incident, code=before.code, state=state)
    return before is not None


async def _unfounded(ctx: Context, one: Broadcast) -> bool:
    """Whether its report is not confirmed any more and nobody gave a reason for it."""
    try:
        await drafting.confirmed(ctx.services.store, one.incident, one.why, drill=one.drill)
    except InputError:
        return True
    return False


async def _code(ctx: Context, deed: Deed) -> str:
    services = ctx.services
    digits, commit = await onetime.ask(services.store, services.vault, ctx.person.id, deed, ctx.now)
    ctx.commit.merge(commit)
    if not digits:
        ctx.say("code_enough")
    return digits


def _asked(ctx: Context, words: str) -> None:
    ctx.write(f"{words} {ctx.library.say('code_tail', ctx.lang)}")

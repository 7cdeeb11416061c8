"""Alerts by text, for an organizer away from a laptop: draft and preview; each command begins here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hotline.broadcasts import audience, drafting, once, texts, verification
from hotline.broadcasts.broadcast import unmovable, written
from hotline.broadcasts.drafting import DraftRequest
from hotline.broadcasts.states import BroadcastMove, BroadcastState
from hotline.conversation.organizers import approval, holds, notices
from hotline.refusal import Reason, Refused
from hotline.store import keys
from hotline.understanding import bulletins
from hotline.understanding.organizer_commands import ALONE, organizer_command

if TYPE_CHECKING:
    from hotline.broadcasts.broadcast import Broadcast
    from hotline.conversation.context import Context
    from hotline.staff.roster import Roster
    from hotline.store import Commit
    from hotline.understanding.bulletins import Bulletin
    from hotline.understanding.commands import Command

ALERT_LIFE: Final = 2 * 3600.0  # seconds
BULLETIN_LIFE: Final = 24 * 3600.0


async def handle_organizer(ctx: Context, everybody: Roster) -> bool:
    """Do what an organizer texted about alerts. False: it is no such command, or a report of their own."""
    if ctx.inbound.incident:
        return False
    bulletin = bulletins.read(ctx.text)
    command = None if bulletin else organizer_command(ctx.text)
    member = everybody.by_handle.get(ctx.handle)
    if member is None or (bulletin is None and command is None):
        return False
    if member.role != "organizer":
        return _turned_away(ctx, member.lang, command, bulletin)
    ctx.change(lang=member.lang)
    try:
        if bulletin:
            await _bulletin(ctx, everybody, bulletin)
        elif command:
            await _command(ctx, everybody, command)
    except Refused as refused:
        ctx.refuse(refused)
    return True


def _turned_away(ctx: Context, lang: str, command: Command | None, bulletin: Bulletin | None) -> bool:
    """Responders are told who does this; a text that only resembles a command is not one."""
    is_command = bool(bulletin and bulletin.texts)
    if command and command.kind not in ("code", "sent"):
        is_command = bool(command.argument) or command.kind in ALONE
    if is_command:
        ctx.change(lang=lang)
        ctx.say("organizers_only")
    return is_command


async def _command(ctx: Context, everybody: Roster, command: Command) -> None:
    """Commands that name no alert, then those that do."""
    kind, argument = command.kind, command.argument
    if kind in ("alert", "drill"):
        await _alert(ctx, everybody, argument, drill=kind == "drill")
    elif kind == "notice":
        await _show(
            ctx, everybody, *await drafting.noticed(ctx.services.store, ctx.library, ctx.handle, ctx.now)
        )
    elif kind == "freeze":
        await holds.freeze(ctx, everybody)
    elif kind == "unfreeze":
        await approval.ask_unfreeze(ctx)
    elif kind == "code":
        await approval.by_code(ctx, everybody, argument)
    elif kind == "sent" and not argument:
        await holds.overview(ctx)
    else:
        await _about(ctx, everybody, command)


async def _about(ctx: Context, everybody: Roster, command: Command) -> None:
    code, _, ending = command.argument.partition(" ")
    if not code:
        ctx.say("broadcast_number")
        return
    one = await verification.by_code(ctx.services.store, code)
    if one is None:
        raise Refused(Reason.NO_BROADCAST, code=code)
    notices.mark(ctx, one)
    if command.kind == "approve":
        await approval.ask_approve(ctx, one)
    elif command.kind == "resume":
        await approval.ask_resume(ctx, one)
    elif command.kind == "close":
        await approval.ask_close(ctx, everybody, one, ending)
    elif command.kind == "sent":
        ctx.write(notices.progress(ctx.library, ctx.services.settings, one, ctx.lang))
    else:
        holds.hold(ctx, everybody, one, command.kind)


# -- drafts


async def _alert(ctx: Context, everybody: Roster, argument: str, *, drill: bool) -> None:
    """ALERT 7: the locked words of a confirmed report."""
    store = ctx.services.store
    id_, _, zone = argument.partition(" ")
    report = await drafting.confirmed(store, await once.event(store, id_), drill=True)
    drafting.zoned(ctx.library, zone, report)
    is_drill = drill or report.drill
    there = None if is_drill else await once.standing(store, report.id, ctx.now)
    if there and there.state is BroadcastState.DRAFT:
        await _shown(ctx, there)
    else:
        request = DraftRequest(ctx.handle, "alert", ALERT_LIFE, zone=zone, incident=report.id, drill=is_drill)
        await _draft(ctx, everybody, request)


async def _bulletin(ctx: Context, everybody: Roster, told: Bulletin) -> None:
    """NEWS EN: … ES: …: a draft, or more words for one."""
    if not told.texts:
        ctx.say("news_how")
    elif told.masked:
        ctx.say("news_masked")
    elif told.code:
        await _more_words(ctx, everybody, told)
    else:
        request = DraftRequest(ctx.handle, told.kind, BULLETIN_LIFE, texts=told.texts, zone=told.zone)
        await _draft(ctx, everybody, request)


async def _more_words(ctx: Context, everybody: Roster, told: Bulletin) -> None:
    """Add or replace a language of a draft. Only its writer may: else one person could send words alone."""
    services = ctx.services
    one = await verification.by_code(services.store, told.code)
    if one is None:
        raise Refused(Reason.NO_BROADCAST, code=told.code)
    if one.by != ctx.handle:
        ctx.say("news_not_yours", code=one.code, handle=one.by)
    elif not one.may(BroadcastMove.WRITE) or one.kind not in ("news", "event"):
        raise unmovable(one)
    else:
        texts.judge(told.texts, ctx.library, services.settings.content_dir, services.settings.own_numbers)
        after = replace(one, texts=one.texts | texts.framed(ctx.library, told.texts, one.code))
        commit = written(after, by=ctx.handle, what="draft", now=ctx.now)
        commit.if_field(keys.broadcast(one.id), "state", one.state)
        await _show(ctx, everybody, after, commit)


async def _draft(ctx: Context, everybody: Roster, request: DraftRequest) -> None:
    services = ctx.services
    made, commit = await drafting.drafted(
        services.store, services.library, services.settings, request, ctx.now
    )
    await _show(ctx, everybody, made, commit)


async def _show(ctx: Context, everybody: Roster, one: Broadcast, commit: Commit) -> None:
    """Keep a draft, show it to its writer, and to every other organizer with how to send it."""
    ctx.commit.merge(commit)
    found = await _shown(ctx, one)
    library = ctx.library
    notices.tell(
        ctx, everybody.with_role("organizer"),
        lambda lang: f"{notices.preview(library, one, found, lang)}\n"
        + library.say("broadcast_theirs", lang, code=one.code, handle=one.by),
        "draft", one,
    )  # fmt: skip


async def _shown(ctx: Context, one: Broadcast) -> audience.Preview:
    services = ctx.services
    found = await audience.preview(services.store, ctx.library.city, services.settings, one, ctx.now)
    notices.mark(ctx, one)
    mine = one.by == ctx.handle
    tail = ctx.library.say(
        "broadcast_mine" if mine else "broadcast_theirs", ctx.lang, code=one.code, handle=one.by
    )
    ctx.write(f"{notices.preview(ctx.library, one, found, ctx.lang)}\n{tail}")
    return found

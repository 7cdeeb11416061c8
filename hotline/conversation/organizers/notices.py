"""What organizers read about a broadcast by text: its preview, how far it is, who did what to it."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from hotline.broadcasts import texts, verification
from hotline.broadcasts.states import BroadcastState
from hotline.messaging.outbox import Outbound, queued
from hotline.subscriptions import subscribers

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.broadcasts.audience import Preview
    from hotline.broadcasts.broadcast import Broadcast
    from hotline.content import Library
    from hotline.conversation.context import Context
    from hotline.settings import Settings
    from hotline.staff.roster import Roster, Staff

FAILED: Final = ("failed", "undelivered")
SENT: Final = ("sent", "unknown")


def mark(ctx: Context, one: Broadcast) -> None:
    """Put the unmistakable words before every answer of this turn when it is about a drill."""
    if one.drill:
        ctx.mark = drill_mark(ctx.library, one, ctx.lang)


def drill_mark(library: Library, one: Broadcast, lang: str) -> str:
    """``DRILL. NOTHING WAS SENT.`` before every text about one; "" for a real one."""
    return library.say("broadcast_drill", lang) if one.drill else ""


def preview(library: Library, one: Broadcast, found: Preview, lang: str) -> str:
    """Who would get a draft, at what cost, who would not and why; then its words in one language."""
    excluded = [
        f"{count} {library.say(f'broadcast_out_{reason}', lang)}" for reason, count in found.excluded.items()
    ]
    head = library.say(
        "broadcast_draft", lang,
        code=one.code, kind=kind(library, one, lang), report=one.incident,
        zone=subscribers.zone_name(one.zone, library.city),
        until=verification.moment(library, one.expires, lang), people=found.people,
        langs=", ".join(f"{each.upper()} {cost.people}" for each, cost in found.by_lang.items()),
        excluded=", ".join(excluded), missing=missing(library, one, found),
        segments=found.segments, minutes=ceil(found.minutes),
    )  # fmt: skip
    return f"{head}\n{one.texts.get(lang) or next(iter(one.texts.values()), '')}"


def missing(library: Library, one: Broadcast, found: Preview) -> str:
    """Languages without a text, each with how many read it: ``PT 0, HT 3``; "" when none is missing."""
    langs = dict.fromkeys((*library.city.languages, *found.missing))
    return ", ".join(
        f"{lang.upper()} {found.missing.get(lang, 0)}" for lang in langs if lang not in one.texts
    )


def kind(library: Library, one: Broadcast, lang: str) -> str:
    """What it is, in a word."""
    return library.say(f"broadcast_kind_{one.kind}", lang)


def state(library: Library, name: str, lang: str) -> str:
    """The state of a broadcast in a word or two."""
    return library.say(f"broadcast_state_{name}", lang)


def progress(library: Library, settings: Settings, one: Broadcast, lang: str) -> str:
    """How far it is: waiting, sent, delivered, failed, minutes left."""
    got = one.receipts
    return library.say(
        "broadcast_progress", lang,
        code=one.code, state=state(library, one.state, lang), people=one.total, queued=one.waiting,
        sent=sum(got.get(receipt, 0) for receipt in SENT), delivered=got.get("delivered", 0),
        failed=sum(got.get(receipt, 0) for receipt in FAILED), minutes=_left(settings, one) or "",
    )  # fmt: skip


def _left(settings: Settings, one: Broadcast) -> int:
    """Minutes until the rest is out at the carrier's rate; 0 when nothing is being sent."""
    if one.state is not BroadcastState.SENDING or not one.total:
        return 0
    segments = sum(
        texts.cost(lang, one.texts[lang], people, settings.content_dir).total
        for lang, people in one.langs.items()
        if lang in one.texts
    )
    return ceil(segments / one.total * one.waiting / settings.alerts_rate / 60)


def tell(
    ctx: Context, people: list[Staff], words_for: Callable[[str], str], tag: str, one: Broadcast | None = None
) -> None:
    """Text something to staff, to each in their language; never to who texted just now."""
    for member in people:
        if member.handle == ctx.handle:
            continue
        said = words_for(member.lang)
        before = drill_mark(ctx.library, one, member.lang) if one else ""
        body = f"{before} {said}".strip()
        message = Outbound(f"{ctx.inbound.sid}{tag}{member.handle}", member.person, member.address, body)
        ctx.commit.merge(queued(message, ctx.services.vault, ctx.now))


def now_is(ctx: Context, everybody: Roster, one: Broadcast, name: str) -> None:
    """Say what state it is in now, to who brought it there and to every other organizer."""
    library = ctx.library
    ctx.say("broadcast_now", code=one.code, state=state(library, name, ctx.lang))
    tell(
        ctx, everybody.with_role("organizer"),
        lambda lang: library.say(
            "broadcast_now_by", lang, code=one.code, state=state(library, name, lang), handle=ctx.handle
        ),
        "now", one,
    )  # fmt: skip

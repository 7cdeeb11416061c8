"""VERIFY 482: whether a text is ours, in what words, and how it ended; FAKE passes on words that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from hotline import metrics
from hotline.broadcasts import verification
from hotline.broadcasts.delivery.canaries import quotable
from hotline.broadcasts.states import BroadcastState
from hotline.messaging.asked import FakeWords
from hotline.messaging.outbox import Outbound, queued
from hotline.store import DAY, keys
from hotline.text.spelling import split
from hotline.understanding.commands import check_command

if TYPE_CHECKING:
    from hotline.broadcasts.broadcast import Broadcast
    from hotline.conversation.context import Context
    from hotline.conversation.meanings import Checks

MOST: Final = 3  # texts a day that one person may pass on
LONGEST: Final = 300  # characters of them


def language(text: str, known: str, *, fixed: bool) -> str:
    """The language to answer a check in; "" for any other text. One word tells a guesser too little."""
    check = check_command(text)
    if check is None:
        return ""
    keeps = fixed or known in check.langs or check.langs == ("en",)
    return known if known and keeps else check.langs[0]


async def handle(ctx: Context, meant: Checks) -> bool:
    """Answer VERIFY and FAKE, also from a person who texted STOP. False: it may be a report."""
    if meant.kind == "verify":
        await _verify(ctx, meant.words)
    elif meant.awaited or not await _urgent(ctx):
        await _fake(ctx, meant.words)
    else:
        return False
    return True


async def _verify(ctx: Context, code: str) -> None:
    if not code:
        ctx.say("verify_how", force=True)
        return
    one = await verification.sent_with(ctx.services.store, code)
    metrics.VERIFIED.labels("ours" if one else "unknown").inc()
    if one is None:
        ctx.ask(FakeWords())
        ctx.say("verify_unknown", force=True, code=code)
        return
    time = verification.moment(ctx.library, one.approved_at, ctx.lang)
    ended = await _ended(ctx, one)
    words = verification.said(ctx.library, one, ctx.lang, one.code)
    ctx.say("verify_ours", force=True, code=one.code, time=time, text=words, ended=ended)


async def _ended(ctx: Context, one: Broadcast) -> str:
    """How an alert ended, in our words to its people; "" while it has not."""
    if one.state is not BroadcastState.CLOSED:
        return ""
    ending = await verification.ending_of(ctx.services.store, one)
    if ending is None:
        return ctx.library.say("verify_over", ctx.lang)
    return verification.said(ctx.library, ending, ctx.lang, one.code)


async def _urgent(ctx: Context) -> bool:
    """A second look: "fake police at my door" is a report."""
    return await ctx.services.urgency.look(ctx.text, "none", ctx.inbound.rule) != "none"


async def _fake(ctx: Context, words: str) -> None:
    ctx.ask(None)
    if not words:
        ctx.ask(FakeWords())
        ctx.say("fake_how", force=True)
        return
    store = ctx.services.store
    token = ctx.services.vault.pseudonym(f"words {' '.join(split(words).words)}")
    mine, told = keys.fake(ctx.person.id), keys.fake_words(token)
    known, count = await store.exists(told), await store.get(mine)
    if known:
        ctx.say("fake_known", force=True)
    elif int(cast("Any", count) or 0) >= MOST:
        ctx.say("fake_enough", force=True, most=MOST)
    else:
        ctx.commit.if_absent(told)
        ctx.commit.set(told, "1", DAY)
        ctx.commit.set(mine, 0, DAY, only_new=True)
        ctx.commit.incr(mine)
        await _tell(ctx, words)
        ctx.say("fake_thanks", force=True)


async def _tell(ctx: Context, words: str) -> None:
    for member in (await ctx.services.incidents.roster()).with_role("organizer"):
        text = ctx.library.say("fake_page", member.lang, text=quotable(words, LONGEST))
        message = Outbound(f"{ctx.inbound.sid}fake{member.handle}", member.person, member.address, text)
        ctx.commit.merge(queued(message, ctx.services.vault, ctx.now))

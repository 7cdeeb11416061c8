"""A question inside an open report: the words go out first, the card's answer in a turn of its own."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hotline.messaging.inbox import Inbound
from hotline.store import keys

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from hotline.conversation.context import Context
    from hotline.understanding.dialogue import Understood

LOOK: Final = 0.1  # seconds between two looks whether more was texted


def follow(ctx: Context) -> None:
    """Put the question behind what waits, in the very step that passes its words on.

    Its answer has ids of its own, so that deciding it again changes nothing.
    """
    inbound = replace(ctx.inbound, sid=f"{ctx.inbound.sid}a", media=(), aside=True)
    ctx.commit.post(ctx.person.id, inbound.to_json())


async def answer(ctx: Context, asked: Awaitable[Understood | None]) -> None:
    """Answer the question with a card, if one fits; newer texts of the reporter are read first."""
    ctx.answered_by = "rasa"
    asking = asyncio.ensure_future(asked)
    try:
        while not asking.done():
            if await _more_waits(ctx):
                ctx.commit.post(ctx.person.id, ctx.inbound.to_json())
                return
            await asyncio.wait({asking}, timeout=LOOK)
        heard = asking.result()
    finally:
        asking.cancel()
    if heard and heard.topic and heard.say and heard.say[0].card:
        ctx.change(card=heard.say[0].card)
        ctx.write(heard.say[0].text)


async def _more_waits(ctx: Context) -> bool:
    """Whether there are words behind this one; another question can wait as well."""
    mailbox = keys.inbox(ctx.person.id)
    behind = await ctx.services.store.lrange(mailbox, 1, -1)
    return not all(Inbound.from_json(text).aside for text in behind)

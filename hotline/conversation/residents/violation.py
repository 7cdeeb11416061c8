"""A resident reports that the ordinance was broken: one question at a time; each answer is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline.casework import violations
from hotline.casework.violations import Violation
from hotline.messaging.asked import ViolationDetail
from hotline.store import keys
from hotline.text.spelling import split
from hotline.understanding import report_details

if TYPE_CHECKING:
    from hotline.conversation.context import Context
    from hotline.messaging.asked import ViolationPart

TOPIC: Final = "report_violation"
QUESTIONS: Final[tuple[ViolationPart, ...]] = ("what", "when", "where", "contact")
YES, NO = "1", "2"
# Whole answers that mean a digit; `split` makes "yes" of "sí".
SAID: Final[dict[str, str]] = {
    "yes": YES, "si": YES, "sim": YES, "wi": YES, "no": NO, "nao": NO, "non": NO,
}  # fmt: skip


def begin(ctx: Context, words: str) -> None:
    """Offer to take the report. Nothing is kept for advocates before the resident says what happened.

    Args:
        ctx: the turn.
        words: what they said of it already, masked; "" when they only picked the topic.
    """
    _ask(ctx, "what", said=words)


async def answered(ctx: Context) -> bool:
    """Take this text as the answer to what was asked. False: it is none, and nothing is asked any more."""
    asked, id_ = await _asked(ctx)
    pressed = SAID.get(" ".join(split(ctx.text).words), "")
    if asked in ("what", "contact") and pressed:
        return await digit(ctx, pressed)
    asks_back = asked == "what" and ctx.text.rstrip().endswith("?")  # a question tells nothing that happened
    if asked in ("what", "when", "where") and not asks_back:
        _ask(ctx, _following(asked), await _noted(ctx, asked, id_, ctx.text))
        return True
    if isinstance(ctx.person.asked, ViolationDetail):
        ctx.ask(None)
    return False


async def digit(ctx: Context, pressed: str) -> bool:
    """Take a digit for what it means to the question asked last. False: it means nothing there."""
    asked, id_ = await _asked(ctx)
    if asked == "what":
        return await _offered(ctx, pressed)
    if asked == "contact" and pressed in (YES, NO):
        _may_text(ctx, id_, yes=pressed == YES)
        return True
    return asked in ("when", "where") and await answered(ctx)


async def interrupted(ctx: Context) -> None:
    """An answer that may be an emergency: it is kept, and the emergency is asked about first."""
    asked, id_ = await _asked(ctx)
    if asked in ("what", "when", "where") and ctx.text.strip():
        _wait_for(ctx, _following(asked), await _noted(ctx, asked, id_, ctx.text))


async def resumed(ctx: Context) -> bool:
    """It was no emergency: ask on where the report stopped. False: there is none under way."""
    asked, id_ = await _waiting(ctx)
    if not asked:
        return False
    _ask(ctx, asked, id_)
    return True


async def _offered(ctx: Context, pressed: str) -> bool:
    """The first question's digits: everything is said already, or no report."""
    said = _said(ctx)
    if pressed == NO:
        ctx.ask(None)
        ctx.commit.delete(keys.interview(ctx.person.id))
        ctx.say("violation_dropped")
    elif pressed == YES and said:
        _ask(ctx, "when", await _opened(ctx, said))
    elif pressed == YES:
        _ask(ctx, "what")
    else:
        return False
    return True


async def _noted(ctx: Context, asked: str, id_: str, text: str) -> str:
    """Keep an answer; the number of the report it belongs to, which "what" begins."""
    if asked == "what":
        words = " / ".join(part for part in (_said(ctx), text) if part.strip())
        return await _opened(ctx, words)
    more = {"zone": report_details.extract(text, ctx.library.city).zone} if asked == "where" else {}
    ctx.commit.merge(violations.noted(id_, **{asked: text}, **more))
    return id_


async def _opened(ctx: Context, words: str) -> str:
    services = ctx.services
    one = Violation(
        id=await violations.next_id(services.store),
        at=ctx.now,
        lang=ctx.lang,
        what=words,
        zone=report_details.extract(words, ctx.library.city).zone,
    )
    roster = await services.incidents.roster()
    ctx.commit.merge(violations.opened(one, roster, ctx.library, services.vault))
    return one.id


def _may_text(ctx: Context, id_: str, *, yes: bool) -> None:
    """The one place where a report gets to know its reporter, and only if they say yes."""
    contact = {"contact": "yes", "reporter": ctx.person.id} if yes else {"contact": "no"}
    ctx.commit.merge(violations.noted(id_, **contact))
    ctx.commit.delete(keys.interview(ctx.person.id))
    ctx.ask(None)
    ctx.say("violation_thanks", id=id_)


def _said(ctx: Context) -> str:
    """What they said of it before it was kept."""
    return ctx.person.asked.said if isinstance(ctx.person.asked, ViolationDetail) else ""


def _following(asked: ViolationPart) -> ViolationPart:
    return QUESTIONS[QUESTIONS.index(asked) + 1]


def _ask(ctx: Context, question: ViolationPart, id_: str = "", *, said: str = "") -> None:
    ctx.answered_by = "violation"
    _wait_for(ctx, question, id_)
    ctx.ask(ViolationDetail(about=question, said=said))
    ctx.say(f"violation_{question}")


def _wait_for(ctx: Context, question: ViolationPart, id_: str) -> None:
    ctx.commit.set(keys.interview(ctx.person.id), f"{question}:{id_}", int(ViolationDetail.lifetime))


async def _asked(ctx: Context) -> tuple[ViolationPart | None, str]:
    """The question this text follows upon and the number of the report; None for none."""
    return await _waiting(ctx) if isinstance(ctx.person.asked, ViolationDetail) else (None, "")


async def _waiting(ctx: Context) -> tuple[ViolationPart | None, str]:
    waiting = await ctx.services.store.get(keys.interview(ctx.person.id))
    question, _, id_ = str(waiting or "").partition(":")
    return next((part for part in QUESTIONS if part == question), None), id_

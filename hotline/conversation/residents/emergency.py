"""A resident's side of an incident: one question at a time, every answer kept and passed on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline.content.fitting import PLACE
from hotline.incidents import no_answer, records, updates
from hotline.messaging.asked import HappeningNow, ReportDetail
from hotline.store import keys
from hotline.understanding import report_details

if TYPE_CHECKING:
    from hotline.conversation.context import Context
    from hotline.incidents.incident import Answer, Change, Incident
    from hotline.messaging.asked import ReportPart

QUESTIONS: Final[tuple[ReportPart, ...]] = ("where", "now", "count", "look", "taken", "photo")
# What a digit means, by question: responders read it in their own language instead of a bare "1".
DIGITS: Final[dict[tuple[str, str], Answer]] = {
    ("now", "1"): "now", ("now", "2"): "over", ("taken", "1"): "taken", ("taken", "2"): "not_taken",
}  # fmt: skip


async def opened(ctx: Context, place: str) -> None:
    """A text that opened an incident: the safety text is on its way, ask the first thing not known."""
    ctx.answered_by = "triage"
    _ask(ctx, _next(None, known_place=_precise(ctx, place)))


async def open_now(ctx: Context, words: str) -> None:
    """Open an incident from words that waited for a yes."""
    service, store = ctx.services.incidents, ctx.services.store
    found = report_details.extract(words, ctx.library.city)
    ctx.commit.merge(
        service.opening(
            await records.next_id(store),
            reporter=ctx.person.id, text=words, lang=ctx.lang, place=found.place, zone=found.zone,
            photos=len(ctx.inbound.media), address=ctx.person.address,
        )
    )  # fmt: skip
    await opened(ctx, found.place)


async def detail(ctx: Context, one: Incident) -> None:
    """A text of somebody whose report is open: an answer, a photo, anything; all of it is passed on."""
    ctx.answered_by = "incident"
    asked = ctx.person.asked.about if isinstance(ctx.person.asked, ReportDetail) else None
    change, first = await passed_on(ctx, one, asked)
    known = _precise(ctx, change.after.place) or asked == "where"
    _after_answer(ctx, asked, known_place=known, held=(first or one).held)


async def passed_on(
    ctx: Context, one: Incident, asked: ReportPart | None = None
) -> tuple[Change, Incident | None]:
    """Pass a text to those who work on the report, without asking another question."""
    first = await records.load(ctx.services.store, one.same_as) if one.same_as else None
    answer = None if ctx.inbound.media else DIGITS.get((asked or "", ctx.text.strip()))
    roster = await ctx.services.incidents.roster()
    looking = [member.handle for member in roster.with_role("organizer")]
    if answer:
        change = updates.add_answer(one, answer, first=first, looking=looking)
    else:
        change = _told(ctx, one, asked, first, looking)
    if first:  # who comes to the event in this moment reads this, too: either they see it, or it sees them
        ctx.commit.if_field(keys.incident(first.id), "version", str(first.version))
    ctx.commit.merge(await ctx.services.incidents.written(one, change, roster))
    return change, first


def _told(
    ctx: Context, one: Incident, asked: ReportPart | None, first: Incident | None, looking: list[str]
) -> Change:
    text = ctx.text.strip()
    found = report_details.extract(text, ctx.library.city)
    place, zone = found.place or (text[:PLACE] if asked == "where" and len(text) > 1 else ""), found.zone
    if not place or (one.place and _precise(ctx, one.place)):
        place, zone = one.place, one.zone  # the first address stays; the words hold every later one
    photos = len(ctx.inbound.media)
    return updates.add_words(one, text, place=place, zone=zone, photos=photos, first=first, looking=looking)


def _after_answer(ctx: Context, asked: ReportPart | None, *, known_place: bool, held: bool) -> None:
    if asked:
        _ask(ctx, _next(asked, known_place=known_place))
    elif not held:  # once a responder has it, they talk: the line keeps quiet
        ctx.say("raid_noted")


def _precise(ctx: Context, place: str) -> bool:
    """Whether somebody could go there: "my door" is kept, and still asked about."""
    folded = place.casefold()
    known = any(one.name.casefold() in folded for one in ctx.library.city.streets)
    return known or any(letter.isdigit() for letter in place)


def _next(asked: ReportPart | None, *, known_place: bool) -> ReportPart | None:
    following = QUESTIONS[QUESTIONS.index(asked) + 1 :] if asked else QUESTIONS
    return next((name for name in following if name != "where" or not known_place), None)


def _ask(ctx: Context, question: ReportPart | None) -> None:
    ctx.ask(ReportDetail(about=question) if question else None)
    ctx.commit.merge(
        no_answer.expected(ctx.person.id, ctx.now) if question else no_answer.answered(ctx.person.id)
    )
    ctx.say(f"raid_{question}" if question else "raid_thanks")


async def confirm_now(ctx: Context, asked: HappeningNow, digit: str) -> bool:
    """The answer to "is this happening now?"; False when it was not an answer."""
    if digit == "1":
        more = "" if ctx.text.strip().isdigit() else ctx.text.strip()  # "yes, 45 Park St" says where
        await open_now(ctx, " ".join(part for part in (asked.words, more) if part))
    elif digit == "2":
        ctx.ask(None)
        ctx.say("raid_ask_no")
    else:
        return False
    return True


def ask_if_now(ctx: Context, *, or_stop: bool = False) -> None:
    """Not sure that it is happening: ask, keep the words, page on a yes.

    `or_stop`: they may only want no more texts ("it scares my kids"); then both are asked at once.
    """
    ctx.answered_by = "triage"
    ctx.ask(HappeningNow(words=ctx.text, or_stop=or_stop))
    ctx.say("raid_ask_or_stop" if or_stop else "raid_ask")

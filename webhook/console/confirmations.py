"""The page before an action: what it would do. Nothing is written here; what cannot be done is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hotline.broadcasts import approval, audience, closing, drafting, freeze, once
from hotline.broadcasts import texts as words
from hotline.broadcasts.broadcast import Broadcast, load, movable, organizer
from hotline.broadcasts.states import BroadcastMove, BroadcastState
from hotline.subscriptions import subscribers
from webhook.console.forms import seen
from webhook.console.pages import Stale

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hotline.broadcasts.audience import Preview
    from hotline.runtime import Runtime
    from webhook.console.forms import Form

TWO: Final = "No confirmed report is behind it, or its report was alerted before: two must stand for it."
NO_NUMBER: Final = "000"  # in the words of a draft that is not kept yet


@dataclass(frozen=True)
class Confirmation:
    """What a form would do.

    Attributes:
        title: in a few words, with the number people know it by.
        says: what follows, in a sentence.
        one: the broadcast with its words as they would leave; None where none is meant.
        found: who would get it; None where that is fixed already.
        warning: what to think of first.
    """

    title: str
    says: str
    one: Broadcast | None = None
    found: Preview | None = None
    warning: str = ""


class Confirmations:
    """Says what each form would do."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._of: dict[str, Callable[[Form], Awaitable[Confirmation]]] = {
            "draft": self._draft, "notice": self._notice, "approve": self._approve, "resume": self._moved,
            "pause": self._moved, "cancel": self._moved, "close": self._close, "freeze": self._freeze,
            "unfreeze": self._freeze,
        }  # fmt: skip

    async def of(self, form: Form) -> Confirmation:
        """What it would do.

        Raises:
            Stale: something changed since its page was shown.
            InputError: it cannot be done.
        """
        await organizer(self._runtime.store, form.by)
        return await self._of[form.what](form)

    async def unchanged(self, form: Form) -> Broadcast:
        """The broadcast a form is about, as its page showed it.

        Raises:
            Stale: it has changed.
        """
        one = await load(self._runtime.store, form.get("id"))
        if form.get("seen") != seen(one):
            raise Stale(f"{one.code} has changed, it is {one.state} now: look at it again.")
        return one

    async def _draft(self, form: Form) -> Confirmation:
        runtime, request = self._runtime, form.draft_request()
        zone, texts = await drafting.worded(
            runtime.store, runtime.library, runtime.settings, request, runtime.clock()
        )
        framed = words.framed(runtime.library, texts, NO_NUMBER)
        now = runtime.clock()
        one = Broadcast(
            "", BroadcastState.DRAFT, request.kind, request.by, framed, zone, now + request.life,
            request.incident, why=request.override, drill=request.drill,
        )  # fmt: skip
        says = (
            f"A draft is kept and reaches nobody until a second organizer sends it. {NO_NUMBER} in the words "
            "stands for the number it gets then."
        )
        return Confirmation("Keep this draft", says, one, await self._preview(one), await self._there(one))

    async def _there(self, one: Broadcast) -> str:
        """It may have been sent already; two organizers may stand for sending it again."""
        there = None
        if one.incident and one.kind == "alert" and not one.drill:
            there = await once.standing(self._runtime.store, one.incident, self._runtime.clock())
        return (
            f"Report {one.incident} has an alert already: {there.code}, which is {there.state}."
            if there
            else ""
        )

    async def _notice(self, form: Form) -> Confirmation:
        framed = words.framed(self._runtime.library, words.ignoring(self._runtime.library), NO_NUMBER)
        one = Broadcast(
            "", BroadcastState.DRAFT, "notice", form.by, framed, subscribers.ALL,
            self._runtime.clock() + drafting.NOTICE_LIFE, notice=True,
        )  # fmt: skip
        says = "It is for everybody who asked for anything, and leaves even while alerts are frozen."
        return Confirmation("Keep the draft of the ready notice", says, one, await self._preview(one))

    async def _approve(self, form: Form) -> Confirmation:
        runtime, one = self._runtime, await self.unchanged(form)
        found = await approval.ready(
            runtime.store, runtime.library, runtime.settings, one, form.by, runtime.clock(),
            override=bool(form.get("override")),
        )  # fmt: skip
        says = f"{found.people} people get it, {found.segments} segments, about {found.minutes:.0f} minutes."
        warning = f"{TWO} {one.by} says: {one.why}" if one.why else ""
        return Confirmation(f"{'Drill: ' if one.drill else ''}Send {one.code}", says, one, found, warning)

    async def _moved(self, form: Form) -> Confirmation:
        one = await self.unchanged(form)
        movable(one, BroadcastMove(form.what), self._runtime.clock())
        says = {
            "pause": "Nobody else gets it until somebody resumes it.",
            "resume": f"{one.waiting} people who still wait for it get it.",
            "cancel": "Nobody else gets it. What the carrier has cannot be called back.",
        }[form.what]
        return Confirmation(f"{form.what.capitalize()} {one.code}", says, one)

    async def _close(self, form: Form) -> Confirmation:
        runtime = self._runtime
        one = await load(runtime.store, form.get("id"))
        if not closing.may_end(one):
            raise Stale(f"{one.code} is {one.state}: there is nothing to close, look at it again.")
        said = closing.worded(runtime.library, runtime.settings, one, form.texts, form.get("reason"))
        framed = words.closing_frame(runtime.library, one.kind, said, one.code)
        told = Broadcast(
            "", BroadcastState.WAITING, "closing", form.by, framed, one.zone, 0.0, code=one.code,
            drill=one.drill,
        )  # fmt: skip
        then = f"nobody else gets {one.code}, and the {one.reached} people who got it are told this."
        if form.texts and closing.tells(one):
            says = f"A draft is kept and reaches nobody until another organizer sends it. Then {then}"
            return Confirmation(f"Keep this ending of {one.code}", says, told)
        return Confirmation(f"Close {one.code}", then[0].upper() + then[1:], told)

    async def _freeze(self, form: Form) -> Confirmation:
        is_frozen = await freeze.frozen(self._runtime.store)
        if form.what == "freeze":
            if is_frozen:
                raise Stale("Alerts are frozen already: go back to the alerts.")
            return Confirmation(
                "Freeze all alerts", "No alert leaves until somebody lets them go on. Nothing is lost."
            )
        if not is_frozen:
            raise Stale("Alerts are not frozen any more: go back to the alerts.")
        return Confirmation("Let alerts go on", "Every alert that waits and has not expired leaves.")

    async def _preview(self, one: Broadcast) -> Preview:
        runtime = self._runtime
        return await audience.preview(
            runtime.store, runtime.library.city, runtime.settings, one, runtime.clock()
        )

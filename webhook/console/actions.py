"""Actions of the console: one commit each, with the code it used up and the texts that tell others.

The console has one password for all, so a name typed there proves nothing. An action that lets more texts
leave needs a code, which we text to the organizer's own phone. Every organizer is told by text what was done.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from hotline.broadcasts import approval, audience, closing, drafting, freeze
from hotline.broadcasts.broadcast import load, moved_by_hand, organizer, to_fields
from hotline.broadcasts.states import BroadcastMove, BroadcastState
from hotline.conversation.organizers import notices
from hotline.messaging.outbox import Outbound, queued
from hotline.store import Commit, Conflict, keys
from webhook.console.codes import Codes
from webhook.console.confirmations import Confirmations
from webhook.console.forms import HOLDS
from webhook.console.pages import Stale

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.broadcasts.broadcast import Broadcast
    from hotline.runtime import Runtime
    from webhook.console.confirmations import Confirmation
    from webhook.console.forms import Form

    type Words = Callable[[str], str]

ALERTS: Final = "/console/alerts"


class Actions:
    """Does what forms say."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._confirmations, self._codes = Confirmations(runtime), Codes(runtime)

    async def confirmation(self, form: Form) -> Confirmation:
        """What it would do; see `Confirmations.of`."""
        return await self._confirmations.of(form)

    async def ask(self, form: Form) -> Confirmation:
        """Text a code for it; see `Codes.ask`."""
        confirmation = await self._confirmations.of(form)
        await self._codes.ask(form, confirmation)
        return confirmation

    async def do(self, form: Form) -> str:
        """Do it; answers the page to go on with.

        Raises:
            WrongCode: it needs a code, and that is not it.
            Stale: somebody was first; nothing changed.
            InputError: it cannot be done; nothing changed.
        """
        runtime = self._runtime
        member = await organizer(runtime.store, form.by)
        proof = Commit() if form.what in HOLDS else await self._codes.proof(form, member)
        commit, place = await self._done(form)
        commit.merge(proof)
        try:
            await runtime.store.commit(commit)
        except Conflict:
            raise Stale("Somebody changed this at the same moment: look at it again.") from None
        return place

    async def _done(self, form: Form) -> tuple[Commit, str]:
        if form.what in ("freeze", "unfreeze"):
            return await self._frozen(form), ALERTS
        if form.what in ("draft", "notice"):
            return await self._drafted(form)
        if form.what == "approve":
            return await self._approved(form)
        if form.what == "close":
            return await self._closed(form)
        one = await self._confirmations.unchanged(form)
        by, move = _signed(form), BroadcastMove(form.what)
        commit = moved_by_hand(one, move, by=by, now=self._runtime.clock())
        commit.merge(await self._now_is(form, one, one.after(move)))
        return commit, f"{ALERTS}/{one.id}"

    async def _drafted(self, form: Form) -> tuple[Commit, str]:
        runtime, now = self._runtime, self._runtime.clock()
        if form.what == "notice":
            made, commit = await drafting.noticed(runtime.store, runtime.library, form.by, now)
        else:
            made, commit = await drafting.drafted(
                runtime.store, runtime.library, runtime.settings, form.draft_request(), now
            )
        commit.merge(await self._offered(form, made))
        return commit, f"{ALERTS}/{made.id}"

    async def _offered(self, form: Form, made: Broadcast) -> Commit:
        """The texts that show a draft to the organizers who may send it."""
        runtime = self._runtime
        library, now = runtime.library, runtime.clock()
        found = await audience.preview(runtime.store, library.city, runtime.settings, made, now)
        return await self._told(form, lambda lang: (
            f"{notices.preview(library, made, found, lang)}\n"
            f"{library.say('broadcast_theirs', lang, code=made.code, handle=made.by)}"
        ), made)  # fmt: skip

    async def _approved(self, form: Form) -> tuple[Commit, str]:
        runtime, one = self._runtime, await self._confirmations.unchanged(form)
        after, commit = await approval.approved(
            runtime.store, runtime.library, runtime.settings, one.id, form.by, runtime.clock(),
            override=bool(form.get("override")),
        )  # fmt: skip
        commit.if_field(keys.broadcast(one.id), "texts", to_fields(one)["texts"])
        if one.drill:
            return commit, f"{ALERTS}/{one.id}/drill"
        say = runtime.library.say
        commit.merge(await self._told(form, lambda lang: say(
            "approve_told", lang, code=one.code, people=after.total, handle=form.by
        )))  # fmt: skip
        return commit, f"{ALERTS}/{one.id}"

    async def _closed(self, form: Form) -> tuple[Commit, str]:
        runtime = self._runtime
        one = await load(runtime.store, form.get("id"))
        told, commit = await closing.closed(
            runtime.store, runtime.library, runtime.settings, one.id, now=runtime.clock(), by=form.by,
            texts=form.texts, reason=form.get("reason"),
        )  # fmt: skip
        if told.state is BroadcastState.DRAFT:
            commit.merge(await self._offered(form, told))
        else:
            commit.merge(await self._now_is(form, one, one.after(BroadcastMove.CLOSE)))
        return commit, f"{ALERTS}/{told.id}"

    async def _frozen(self, form: Form) -> Commit:
        await self._confirmations.of(form)  # twice is once
        runtime, by = self._runtime, _signed(form)
        say, now = runtime.library.say, runtime.clock()
        if form.what == "freeze":
            commit = freeze.freeze(by, now)
            commit.merge(await self._told(form, lambda lang: say("freeze_done", lang, handles=by)))
        else:
            commit = freeze.unfreeze(by, now)
            commit.merge(await self._told(form, lambda lang: say("freeze_over", lang, handle=by)))
        return commit

    async def _now_is(self, form: Form, one: Broadcast, state: str) -> Commit:
        library, by = self._runtime.library, _signed(form)
        return await self._told(form, lambda lang: library.say(
            "broadcast_now_by", lang, code=one.code, handle=by,
            state=notices.state(library, state, lang),
        ), one)  # fmt: skip

    async def _told(self, form: Form, words: Words, one: Broadcast | None = None) -> Commit:
        """The texts to the other organizers; to the one named too, where no code proved who it was."""
        commit, runtime = Commit(), self._runtime
        roster, token = await runtime.incidents.roster(), secrets.token_hex(8)
        people = roster.with_role("organizer")
        if form.what in ("freeze", "unfreeze"):
            people = [*people, *roster.with_role("operator")]
        for member in people:
            if member.handle == form.by and form.what not in HOLDS:
                continue
            before = notices.drill_mark(runtime.library, one, member.lang) if one else ""
            said = f"{before} {words(member.lang)}".strip()
            message = Outbound(f"console{token}{member.handle}", member.person, member.address, said)
            commit.merge(queued(message, runtime.vault, runtime.clock()))
        return commit


def _signed(form: Form) -> str:
    """Who did it, for the log: a name that nothing proves says so."""
    return f"{form.by} (no code)" if form.what in HOLDS else form.by

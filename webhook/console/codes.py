"""One-time codes of the console: texted to the organizer's phone, typed in here, good for one form."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from hotline.broadcasts import codes
from hotline.broadcasts.broadcast import organizer
from hotline.errors import InputError
from hotline.messaging.outbox import Outbound, queued
from hotline.store import Conflict, keys
from webhook.console.pages import Stale

if TYPE_CHECKING:
    from hotline.broadcasts.broadcast import Broadcast
    from hotline.content import Library
    from hotline.runtime import Runtime
    from hotline.staff.roster import Staff
    from hotline.store import Commit
    from webhook.console.confirmations import Confirmation
    from webhook.console.forms import Form


class WrongCode(InputError):
    """A code that does not do it; `waits` while the right one still may come, else a new one is needed."""

    def __init__(self, sentence: str, *, waits: bool = False) -> None:
        super().__init__(sentence)
        self.waits = waits


class Codes:
    """Asks for codes and says what one is worth."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def ask(self, form: Form, confirmation: Confirmation) -> None:
        """Text a code for this very form; the form of one page sent twice asks for one code.

        Raises:
            InputError: that phone got too many.
        """
        runtime, now = self._runtime, self._runtime.clock()
        member = await organizer(runtime.store, form.by)
        digits, commit = await codes.ask(runtime.store, runtime.vault, member.person, form.action, now)
        id_ = f"console{form.once or secrets.token_hex(8)}{form.action.about[:8]}"
        commit.if_absent(keys.out(id_))
        does = _does(runtime.library, form, confirmation, digits, member.lang)
        body = f"{does} {runtime.library.say('code_console', member.lang)}"
        message = Outbound(id_, member.person, member.address, body)
        commit.merge(queued(message, runtime.vault, now))
        try:
            await runtime.store.commit(commit)
        except Conflict:
            return  # sent twice: the first one's code is on its way

    async def proof(self, form: Form, member: Staff) -> Commit:
        """The writes that use up the code that was typed in; a wrong one is counted at once.

        Raises:
            WrongCode: that is not it.
            Stale: two came at once.
        """
        runtime = self._runtime
        if len(form.code) != codes.DIGITS:
            raise WrongCode("Type the six digits that we texted to your phone.", waits=True)
        tried = await codes.tried(runtime.store, runtime.vault, member.person, form.code, runtime.clock())
        if tried.outcome == "right" and tried.action == form.action:
            return tried.commit
        if tried.outcome == "right":
            raise WrongCode("That code was asked for something else: let a new one be texted.")
        try:
            await runtime.store.commit(tried.commit)
        except Conflict:
            raise Stale("Two codes came at the same moment: look at it again.") from None
        if tried.outcome == "wrong":
            said = f"That is not the code: look at the last text on your phone. Tries left: {tried.left}."
            raise WrongCode(said, waits=True)
        if tried.outcome == "void":
            raise WrongCode("Wrong three times, so that code is void: let a new one be texted.")
        raise WrongCode("No code waits, it was used or is older than 10 minutes: let a new one be texted.")


def _does(library: Library, form: Form, confirmation: Confirmation, digits: str, lang: str) -> str:
    """What a code does, said in its text, so that it is not given away for something else."""
    if form.what == "unfreeze":
        return library.say("code_unfreeze", lang, digits=digits)
    if form.what in ("draft", "notice") or form.texts or confirmation.one is None:
        return library.say("code_draft", lang, digits=digits)
    one = confirmation.one
    if form.what == "approve":
        return _sends(library, one, confirmation.found.people if confirmation.found else 0, digits, lang)
    if form.what == "close":
        text = one.texts.get(lang) or next(iter(one.texts.values()), "")
        return library.say("code_close", lang, digits=digits, code=one.code, text=text)
    if form.what == "resume":
        why = library.say(f"broadcast_held_{one.held}", lang) if one.held else ""
        return library.say("code_resume", lang, digits=digits, code=one.code, people=one.waiting, why=why)
    return library.say("code_cancel", lang, digits=digits, code=one.code)


def _sends(library: Library, one: Broadcast, people: int, digits: str, lang: str) -> str:
    if not one.why:
        return library.say("code_approve", lang, digits=digits, code=one.code, people=people)
    return library.say(
        "code_override", lang, digits=digits, code=one.code, people=people, handle=one.by, why=one.why
    )

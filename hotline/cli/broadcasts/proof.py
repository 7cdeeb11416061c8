"""The second organizer at the command line: a code on their own phone, as by text and at the console.

Whoever sits at the server may name anybody with --by; only who holds that phone reads the code. The same
code does it texted back from that phone.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from hotline.broadcasts import approval, audience, codes
from hotline.broadcasts.broadcast import committed, load, organizer, to_fields
from hotline.broadcasts.codes import Action
from hotline.conversation.organizers import notices
from hotline.errors import InputError
from hotline.messaging.outbox import Outbound, queued
from hotline.store import Commit, Conflict, keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.broadcasts.broadcast import Broadcast
    from hotline.broadcasts.codes import Tried
    from hotline.runtime import Runtime
    from hotline.staff.roster import Staff


async def step(runtime: Runtime, id_: str, by: str, code: str, *, override: bool) -> Broadcast | None:
    """A broadcast as it leaves; None while the code is waited for. A drill sends nothing and needs none.

    Raises:
        InputError: it cannot be sent, or that is not the code.
    """
    one = await load(runtime.store, id_)
    if one.drill:
        return await approval.approve(
            runtime.store, runtime.library, runtime.settings, id_, by, runtime.clock(), override=override
        )
    if code:
        return await approved(runtime, one, by, "".join(sign for sign in code if sign.isdecimal()))
    await ask(runtime, one, by, override=override)
    return None


async def ask(runtime: Runtime, one: Broadcast, by: str, *, override: bool) -> None:
    """Text a code to whoever approves, if it could be sent now.

    Raises:
        InputError: why not; no code was texted.
    """
    store, library, now = runtime.store, runtime.library, runtime.clock()
    found = await approval.ready(store, library, runtime.settings, one, by, now, override=override)
    member = await organizer(store, by)
    what = "override" if one.kind == "alert" and await approval.needs_two(store, one) else "approve"
    action = Action(what, one.id, codes.fingerprint(one))
    digits, commit = await codes.ask(store, runtime.vault, member.person, action, now)
    said = library.say(
        f"code_{what}", member.lang, digits=digits, code=one.code, people=found.people,
        **({"handle": one.by, "why": one.why} if what == "override" else {}),
    )  # fmt: skip
    commit.merge(_text(runtime, member, f"{said} {library.say('code_tail', member.lang)}"))
    await store.commit(commit)


async def approved(runtime: Runtime, one: Broadcast, by: str, code: str) -> Broadcast:
    """Send it, with the code that was texted to whoever approves.

    Raises:
        InputError: that is not the code, or it cannot be sent any more.
    """
    store, member = runtime.store, await organizer(runtime.store, by)
    tried = await codes.tried(store, runtime.vault, member.person, code, runtime.clock())
    what = tried.action.what
    if tried.outcome != "right" or tried.action != Action(what, one.id, codes.fingerprint(one)):
        raise await _refused(runtime, tried)
    after, commit = await approval.approved(
        store, runtime.library, runtime.settings, one.id, by, runtime.clock(), override=what == "override"
    )
    commit.merge(tried.commit)
    commit.if_field(keys.broadcast(one.id), "texts", to_fields(one)["texts"])
    commit.merge(await _told(runtime, by, lambda lang: runtime.library.say(
        "approve_told", lang, code=one.code, people=after.total, handle=by
    )))  # fmt: skip
    await committed(store, commit, one)
    return await load(store, one.id)


async def _refused(runtime: Runtime, tried: Tried) -> InputError:
    """Why a code does not do it; a wrong one is counted."""
    if tried.outcome == "right":
        return InputError("That code was asked for something else: approve again without --code.")
    try:
        await runtime.store.commit(tried.commit)
    except Conflict:
        return InputError("Two codes came at the same moment: try again.")
    if tried.outcome == "wrong":
        return InputError(f"That is not the code. Tries left: {tried.left}.")
    return InputError("No code waits, or it was wrong three times: approve again without --code.")


async def offer(runtime: Runtime, made: Broadcast) -> None:
    """Show a draft to every organizer by text, also to the one it is written in the name of."""
    library, now = runtime.library, runtime.clock()
    found = await audience.preview(runtime.store, library.city, runtime.settings, made, now)

    def words(lang: str) -> str:
        tail = library.say("broadcast_theirs", lang, code=made.code, handle=made.by or "operator")
        mark = notices.drill_mark(library, made, lang)
        return f"{mark} {notices.preview(library, made, found, lang)}\n{tail}".strip()

    await runtime.store.commit(await _told(runtime, "", words))


async def _told(runtime: Runtime, but: str, words: Callable[[str], str]) -> Commit:
    commit, roster = Commit(), await runtime.incidents.roster()
    for member in roster.with_role("organizer"):
        if member.handle != but:
            commit.merge(_text(runtime, member, words(member.lang)))
    return commit


def _text(runtime: Runtime, member: Staff, body: str) -> Commit:
    id_ = f"cli{secrets.token_hex(8)}{member.handle}"
    message = Outbound(id_, member.person, member.address, body)
    return queued(message, runtime.vault, runtime.clock())

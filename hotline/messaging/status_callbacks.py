"""Status callbacks: what the carrier says of a text later; a state only moves forward."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hotline.messaging.outbox import TRIES, family
from hotline.messaging.outcomes import OPEN, OVER, accepted, counted, erased, mirrored, returned
from hotline.store import Commit, Conflict, keys

if TYPE_CHECKING:
    from hotline.messaging.outcomes import Consequences
    from hotline.store import Store

AGAIN_AFTER: Final = 15.0  # seconds: what is still under way with the old MessageSid must have ended
# Forward only: a status of a lower or equal rank than the one we know changes nothing.
RANK: Final = {
    "accepted": 1, "queued": 1, "scheduled": 1, "sending": 2, "sent": 3,
    "undelivered": 4, "failed": 4, "canceled": 4, "delivered": 5, "read": 6,
}  # fmt: skip
CODE: Final = re.compile(r"[1-9][0-9]{3,5}")  # of Twilio's errors; anything else is an unknown one
FAILED: Final = RANK["failed"]  # from here on a status is final


async def status(
    store: Store,
    *,
    id_: str,
    sid: str,
    state: str,
    code: str,
    now: float = 0.0,
    consequences: Consequences | None = None,
) -> str:
    """Take a status callback in; states only move forward.

    Args:
        store: where the texts are.
        id_: our id from the callback's query string, "" when absent.
        sid: Twilio's MessageSid: a callback proves that the carrier took the text.
        state: Twilio's MessageStatus.
        code: Twilio's ErrorCode, "" when none.
        now: seconds since the epoch.
        consequences: what else a refusal means, decided in the same step.

    Returns:
        The kind of text it was about, as `Outbound.kind` has it, "" when unknown or nothing changed.
    """
    id_ = id_ or str(await store.get(keys.sid(sid)) or "")
    number = int(code) if CODE.fullmatch(code) else 0
    for _ in range(TRIES if id_ else 0):
        fields = await store.hgetall(keys.out(id_))
        if not fields or RANK.get(state, 0) <= RANK.get(fields.get("status", ""), 0):
            return ""
        if fields.get("sid") != sid and await store.get(keys.sid(sid)) == OVER:
            return ""
        commit = Commit()
        commit.if_field(keys.out(id_), "status", fields.get("status", ""))
        commit.if_field(keys.out(id_), "state", fields.get("state", ""))
        words = await consequences.words(fields, number) if consequences and RANK[state] == FAILED else ""
        if words:
            commit.merge(returned(id_, sid, fields, words, int((now + AGAIN_AFTER) * 1000)))
        else:
            commit.merge(_moved(id_, sid, state, number, fields))
        if consequences and RANK[state] >= FAILED:
            commit.merge(await consequences.also(id_, fields, "retry" if words else state, number))
        try:
            await store.commit(commit)
        except Conflict:  # another callback was first: look again whether this one still moves it forward
            continue
        return fields["kind"]
    return ""


def _moved(id_: str, sid: str, state: str, code: int, fields: dict[str, str]) -> Commit:
    if gone := erased(id_, fields):
        return gone
    commit = Commit()
    if fields.get("state") in OPEN:
        commit.merge(accepted(id_, sid, fields))
    commit.hset(keys.out(id_), {"status": state, "code": code or ""})
    if RANK[state] >= FAILED:
        commit.hdel(keys.out(id_), "address")
        commit.merge(counted(id_, fields, state))
        commit.merge(mirrored(fields, code, family(fields["sender"])))
    return commit

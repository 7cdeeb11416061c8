"""The writes for the outcome of a text: accepted, refused, to be tried again, or unknown."""

from __future__ import annotations

import time
from typing import Final, Protocol

from hotline.messaging.carriers.twilio import OPTED_OUT
from hotline.messaging.contacts import block
from hotline.store import DAY, Commit, Key, keys

SID_TTL: Final = 7 * DAY
LEDGER_TTL: Final = 90 * DAY
OPEN: Final = ("sending", "unknown")  # the carrier may or may not have it
OVER: Final = "-"  # in place of our id: this MessageSid failed, and the text goes out again under another


class Consequences(Protocol):
    """What else follows from an outcome; its writes are part of the same step."""

    async def also(self, id_: str, fields: dict[str, str], state: str, code: int) -> Commit:
        """For a text that ended in a state of Twilio's, or whose call is tried again."""
        ...

    async def words(self, fields: dict[str, str], code: int) -> str:
        """Sealed words of a text that the carrier took and certainly did not send; "": leave it at that."""
        ...


class Together:
    """Several consequences of one outcome, all in its step."""

    def __init__(self, *each: Consequences) -> None:
        self._each = each

    async def also(self, id_: str, fields: dict[str, str], state: str, code: int) -> Commit:
        """What each of them adds."""
        commit = Commit()
        for one in self._each:
            commit.merge(await one.also(id_, fields, state, code))
        return commit

    async def words(self, fields: dict[str, str], code: int) -> str:
        """The first that has any."""
        for one in self._each:
            if found := await one.words(fields, code):
                return found
        return ""


def counted(id_: str, fields: dict[str, str], receipt: str) -> Commit:
    """The write into the ledger of the broadcast that the text belongs to, if it belongs to one."""
    commit = Commit()
    if number := fields.get("broadcast"):
        commit.receipt(number, fields.get("person", id_), receipt, LEDGER_TTL)
    return commit


def _key(fields: dict[str, str]) -> Key:
    return keys.outbox_sending(fields["sender"])


def erased(id_: str, fields: dict[str, str]) -> Commit | None:
    """The writes that let every trace of a text go, however it ended; None: it is one that is kept."""
    if fields.get("erase") != "1":
        return None
    commit = Commit()
    commit.zrem(_key(fields), id_)
    commit.delete(keys.out(id_))
    return commit


def accepted(id_: str, sid: str, fields: dict[str, str]) -> Commit:
    """The carrier took it."""
    if gone := erased(id_, fields):
        return gone
    commit = Commit()
    commit.zrem(_key(fields), id_)
    commit.set(keys.sid(sid), id_, SID_TTL)
    commit.hset(keys.out(id_), {"state": "sent", "sid": sid, "sent_at": int(time.time() * 1000)})
    commit.hdel(keys.out(id_), "body")
    commit.merge(counted(id_, fields, "sent"))
    return commit


def settled(id_: str, fields: dict[str, str], state: str, code: int) -> Commit:
    """It will never be sent."""
    if gone := erased(id_, fields):
        return gone
    commit = Commit()
    commit.zrem(_key(fields), id_)
    commit.hset(keys.out(id_), {"state": state, "code": code})
    commit.hdel(keys.out(id_), "body", "address")
    commit.merge(counted(id_, fields, state))
    return commit


def doubtful(id_: str, fields: dict[str, str], code: int) -> Commit:
    """The carrier may have it: reconcile, never try blindly."""
    commit = Commit()
    commit.hset(keys.out(id_), {"state": "unknown", "code": code})
    commit.merge(counted(id_, fields, "unknown"))
    return commit


def again(id_: str, fields: dict[str, str], at: int, code: int) -> Commit:
    """The carrier certainly does not have it: try once more, at a time in milliseconds."""
    commit = Commit()
    commit.zrem(_key(fields), id_)
    commit.zadd(keys.outbox_later(fields["sender"]), at, id_)
    commit.hset(keys.out(id_), {"state": "queued", "code": code})
    commit.merge(counted(id_, fields, "queued"))
    commit.wake(fields["sender"])
    return commit


def returned(id_: str, sid: str, fields: dict[str, str], words: str, at: int) -> Commit:
    """As `again`, for a text whose words were let go; what is still said of its old MessageSid is void."""
    commit = again(id_, fields, at, 0)
    commit.hset(keys.out(id_), {"body": words})
    commit.hdel(keys.out(id_), "sid", "status")
    commit.set(keys.sid(sid), OVER, SID_TTL)
    return commit


def mirrored(fields: dict[str, str], code: int, family: str) -> Commit:
    """Note a stop that only the carrier knew of."""
    return block(fields["person"], family) if code in OPTED_OUT else Commit()

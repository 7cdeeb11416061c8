"""What a refusal means: for the subscription, the rest of the broadcast, and who runs the line."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Final

from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts.broadcast import BROADCAST_TTL, Broadcast, logged
from hotline.broadcasts.states import LIVE, UNDER_WAY, BroadcastMove, BroadcastState
from hotline.messaging.carriers.twilio import (
    ACCOUNT_WRONG,
    DEAD_NUMBER,
    FILTERED,
    OPTED_OUT,
    PERHAPS_SENDER,
    THROTTLED,
    TOO_LONG,
    WINDOW,
)
from hotline.messaging.contacts import opt_out
from hotline.messaging.outbox import Outbound, family, queued
from hotline.staff.roster import load_roster
from hotline.store import Commit, Conflict, keys
from hotline.subscriptions import subscribers

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.store import Store

LAST_TRY: Final = 3  # texts of one broadcast to one person that the carrier took and then did not send
DEAD_AFTER: Final = 3  # such answers in a row end a subscription
NO_NUMBER: Final = frozenset({21211, 21614})  # ends it at once
LEAST: Final = 5  # texts: fewer say nothing of the words or of our number
SHARE: Final = 0.01  # of those that came to an end
ENDED: Final = ("delivered", "undelivered", "failed")


def verdict(code: int, codes: dict[int, int], ended: int, excused: dict[str, int]) -> str:
    """Whether a broadcast must stop: ``carrier`` refuses its words, ``sender`` our number or account; or "".

    Args:
        code: what was just said, 0 when nothing.
        codes: how many of its texts failed by each code.
        ended: how many of its texts came to an end.
        excused: failures that a human had seen by kind when they let it go on.
    """
    if code in ACCOUNT_WRONG:
        return "sender"
    if code == TOO_LONG and not excused.get("long"):
        return "carrier"
    for why, meant in (("carrier", {FILTERED}), ("sender", PERHAPS_SENDER)):
        count = sum(codes.get(one, 0) for one in meant) - excused.get(why, 0)
        if count >= max(LEAST, SHARE * ended):
            return why
    return ""


class CarrierFailures:
    """Decides what follows from each outcome; its writes are made in the step that stores the outcome."""

    def __init__(self, store: Store, vault: Vault, library: Library, clock: Callable[[], float]) -> None:
        self._store = store
        self._vault = vault
        self._library = library
        self._clock = clock

    async def also(self, id_: str, fields: dict[str, str], state: str, code: int) -> Commit:
        """What else follows when a text ended in a state, or is tried again; see `Consequences.also`."""
        del id_
        commit, number = Commit(), fields.get("broadcast", "")
        if family(fields["sender"]) == "alerts":
            commit.merge(await self._subscription(fields["person"], state, code))
        elif code in OPTED_OUT:
            commit.merge(await self._everything(fields["person"]))
        if code == WINDOW and fields.get("author"):
            commit.merge(await self._unreached(fields))
        if number and code and state != "delivered":
            if state != "retry":
                commit.hincrby(keys.broadcast_codes(number), str(code), 1)
                commit.expire(keys.broadcast_codes(number), BROADCAST_TTL)
            commit.merge(await self._judged(number, code, counted=state != "retry"))
        return commit

    async def _unreached(self, fields: dict[str, str]) -> Commit:
        """Tell the team member who wrote it that it did not arrive, and why."""
        member = (await load_roster(self._store)).by_handle.get(fields["author"])
        if member is None:
            return Commit()
        text = self._library.say("unreached_window", member.lang)
        id_ = f"unreached{fields['created']}{fields['person']}"
        message = Outbound(id_, member.person, member.address, text, incident=fields.get("incident", ""))
        return queued(message, self._vault, self._clock())

    async def words(self, fields: dict[str, str], code: int) -> str:
        """The sealed words of a text that goes out once more; see `Consequences.words`.

        Only what the carrier certainly did not send goes out again, a few times at most while the sender is
        throttled, and as long as the broadcast lives while our account is being mended.
        """
        throttled = code in THROTTLED and int(fields.get("attempts", "1")) < LAST_TRY
        number = fields.get("broadcast", "")
        if not number or not (throttled or code in ACCOUNT_WRONG):
            return ""
        found = await broadcasts.load_many(self._store, [number])
        kept = await self._store.hget(keys.broadcast_people(number), fields["person"])
        if not found or not kept or found[0].state not in (*LIVE, *UNDER_WAY) or "address" not in fields:
            return ""
        if found[0].expires <= self._clock():
            return ""
        return self._vault.seal(found[0].texts[json.loads(kept)[1]])

    async def judge(self, one: Broadcast) -> None:
        """Look at a broadcast again: two failures at the same moment did not see each other."""
        commit = await self._judged(one.id, 0, counted=False)
        with contextlib.suppress(Conflict):
            if commit.writes:
                await self._store.commit(commit)

    async def _subscription(self, person: str, state: str, code: int) -> Commit:
        """End the subscription of a person who opted out or cannot be reached."""
        if code in OPTED_OUT:
            return subscribers.removed(person)
        commit, key = Commit(), keys.subscriber(person)
        if state == "delivered":
            commit.hdel(key, "dead")
        elif code in DEAD_NUMBER:
            address, dead = await self._store.hmget(key, "address", "dead")
            if not address:
                return commit
            commit.if_field(key, "address", address)
            commit.if_field(key, "dead", dead or "")
            if code in NO_NUMBER or int(dead or 0) + 1 >= DEAD_AFTER:
                commit.merge(subscribers.removed(person))
            else:
                commit.hincrby(key, "dead", 1)
        return commit

    async def _everything(self, person: str) -> Commit:
        """A STOP on the help number that only the carrier heard ends alerts too, as any STOP there."""
        commit = Commit()
        if not await self._store.sismember(keys.blocked("hotline"), person):
            commit.merge(opt_out(person, "alerts"))
            commit.merge(subscribers.removed(person))
        return commit

    async def _judged(self, number: str, code: int, *, counted: bool) -> Commit:
        found = await broadcasts.load_many(self._store, [number])
        if not found or not found[0].may(BroadcastMove.HOLD):
            return Commit()
        one = found[0]
        kept, known = await self._failures(number)
        codes = dict(kept)
        if counted:
            codes[code] = codes.get(code, 0) + 1
        ended = sum(one.receipts.get(receipt, 0) for receipt in ENDED) + counted
        why = verdict(code, codes, ended, json.loads(known or "{}"))
        if not why:
            return Commit()
        return await self._stopped(one, why, code, codes, known)

    async def _failures(self, number: str) -> tuple[dict[int, int], str]:
        """How many texts failed by each code, and what was excused, as it is kept."""
        pipe = self._store.pipeline()
        pipe.hgetall(keys.broadcast_codes(number))
        pipe.hget(keys.broadcast(number), "excused")
        counts, known = await pipe.execute()
        return {int(code): int(count) for code, count in counts.items()}, known or ""

    async def _stopped(
        self, one: Broadcast, why: str, code: int, codes: dict[int, int], known: str
    ) -> Commit:
        """The guards and writes that hold what is left and tell who has to look, once."""
        now, key = self._clock(), keys.broadcast(one.id)
        filtered, route = codes.get(FILTERED, 0), sum(codes.get(each, 0) for each in PERHAPS_SENDER)
        commit = Commit()
        commit.if_field(key, "state", one.state)
        commit.if_field(key, "excused", known)
        seen = {"carrier": filtered, "sender": route, "long": int(TOO_LONG in (code, *codes))}
        commit.hset(key, {"excused": json.dumps(seen)})
        # Even of a sent one something is left, when this very text goes out again.
        holds = one.state is BroadcastState.SENDING or code in ACCOUNT_WRONG
        commit.merge(logged(one.id, by="line", what="pause" if holds else "failures", now=now, why=why))
        if holds:
            commit.hset(key, {"state": one.after(BroadcastMove.HOLD), "held": why})
            commit.zadd(keys.broadcasts_sending, now * 1000, one.id)
            commit.wake("broadcasts")
        commit.merge(await self._told(one, why, code or _commonest(codes), now))
        return commit

    async def _told(self, one: Broadcast, why: str, code: int, now: float) -> Commit:
        commit, roster = Commit(), await load_roster(self._store)
        organizers = roster.with_role("organizer")
        told = organizers if why == "carrier" else roster.with_role("operator") or organizers
        for member in told:
            say = "alert_words_refused" if why == "carrier" else "alert_sender_refused"
            text = self._library.say(say, member.lang, code=one.code, error=code, id=one.id)
            id_ = f"b{one.id}{why}{now:.0f}{member.handle}"
            commit.merge(queued(Outbound(id_, member.person, member.address, text), self._vault, now))
        return commit


def _commonest(codes: dict[int, int]) -> int:
    return max(codes, key=lambda code: codes[code], default=0)

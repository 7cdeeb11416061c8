"""Phones of our own that get every alert. A text that reaches them and is in no ledger was not sent by us."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hotline import metrics
from hotline.broadcasts.broadcast import BROADCAST_TTL, REACHED, Broadcast, recent
from hotline.broadcasts.delivery.failures import apart
from hotline.errors import StoreUnavailable
from hotline.incidents.incident import iso
from hotline.messaging.address import Address
from hotline.messaging.inbox import SEEN_TTL
from hotline.messaging.outbox import Outbound, Priority, family, queued
from hotline.privacy.redaction import mask
from hotline.staff.roster import load_roster
from hotline.store import DAY, MINUTE, Commit, Conflict, keys
from hotline.text.spelling import split

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.content import Library
    from hotline.content.city import City
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store

STREAM: Final = keys.canary
TOLD: Final = ("organizer", "operator")
TOLD_TTL: Final = 10 * MINUTE  # the same words are told once in this time
MOST_TOLD: Final = 6  # different texts told in this time: who floods a canary must not empty our purse
AGAIN: Final = 10 * MINUTE  # a network may bring a text twice; later than this somebody sends it again
PATIENCE: Final = 5 * MINUTE  # from the send to its arrival
WATCHED: Final = 2 * DAY
SHOWN: Final = 160  # characters of a strange text
TRIES: Final = 5
READ: Final = 200  # lines of the stream that are looked at for warnings
# A text is on its way as soon as its call began, and a call whose end we do not know may be put back.
ON_ITS_WAY: Final = (*REACHED, "queued", "sending", "undelivered", "failed")
# What networks put before a text: a trial account's notice, the number of a part.
_FRAME: Final = re.compile(r"\s*(?:Sent from your Twilio trial account - )?(\(?\d/\d\)?\s)?", re.IGNORECASE)
_LEAST_WORDS: Final = 5  # of a part
_LINK: Final = re.compile(r"(?:https?:/+|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b\S*", re.IGNORECASE)


async def canaries(vault: Vault, settings: Settings, city: City) -> list[tuple[str, str, str]]:
    """Pseudonym, sealed number and language of each canary, the city's languages in turn."""
    return [
        (vault.pseudonym(number), vault.seal(number), city.languages[place % len(city.languages)])
        for place, number in enumerate(settings.canaries)
    ]


@dataclass(frozen=True)
class Arrival:
    """A text that reached a canary; addresses as Twilio writes them."""

    sid: str
    canary: str
    sender: str
    body: str


def quotable(text: str, longest: int = SHOWN) -> str:
    """A strange text as we may quote it: nobody taps a link in it, and no carrier filters ours for it."""
    words = " ".join(_LINK.sub("[link]", mask(text)).split())
    return words if len(words) <= longest else f"{words[:longest]}..."


def same(arrived: str, sent: str) -> bool:
    """Whether a text is the one we sent, or a numbered part of it; signs and case may change on the way."""
    frame = _FRAME.match(arrived)
    words = split(arrived[frame.end() :] if frame else arrived).words
    whole = split(sent).words
    if words == whole or split(arrived).words == whole:
        return True
    is_part = frame and frame[1] and len(words) >= _LEAST_WORDS
    return bool(is_part) and f" {' '.join(words)} " in f" {' '.join(whole)} "


class Watch:
    """Compares what canaries get with what we sent them."""

    def __init__(
        self, store: Store, vault: Vault, library: Library, settings: Settings, clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._vault = vault
        self._library = library
        self._settings = settings
        self._clock = clock
        self._names = {number: f"canary{place}" for place, number in enumerate(settings.canaries, 1)}

    def listens(self, address: str) -> bool:
        """Whether an address is a canary's."""
        return _number(address) in self._names

    async def heard(self, arrival: Arrival) -> str:
        """Take in what reached a canary, once; answers ``seen``, ``again``, ``alarm`` or ``duplicate``.

        Raises:
            StoreUnavailable: it could not be stored; the carrier must try again.
        """
        for _ in range(TRIES):
            commit, outcome, note = await self._decided(arrival)
            try:
                await self._store.commit(commit)
            except Conflict as conflict:
                if str(conflict) == "1 absent":
                    return "duplicate"
                continue
            note()
            return outcome
        raise StoreUnavailable("Too much happened at once; try again.")

    async def _decided(self, arrival: Arrival) -> tuple[Commit, str, Callable[[], None]]:
        commit = Commit()
        commit.if_absent(keys.seen(arrival.sid))
        commit.set(keys.seen(arrival.sid), "1", SEEN_TTL)
        known = await self._known(arrival)
        if known is None:
            return await self._alarm(arrival, commit)
        person = self._vault.pseudonym(_number(arrival.canary))
        key = keys.broadcast_canaries(known.id)
        first = await self._store.hget(key, person)
        if first and self._clock() - float(first) > AGAIN:
            return await self._alarm(arrival, commit)
        if first:
            return commit, "again", _nothing
        commit.if_field(key, person, "")
        commit.hset(key, {person: self._clock()})
        commit.expire(key, BROADCAST_TTL)
        took = await self._took(known, person)
        self._noted(commit, "seen", arrival.canary, broadcast=known.id, seconds=f"{took:.1f}")
        return commit, "seen", lambda: metrics.CANARY_SECONDS.observe(took)

    async def _known(self, arrival: Arrival) -> Broadcast | None:
        """The broadcast by which we sent these words to this canary from an alert number of ours."""
        if family(self._settings.sender_name(_number(arrival.sender))) != "alerts":
            return None
        person = self._vault.pseudonym(_number(arrival.canary))
        for one in await recent(self._store, 200):
            if any(same(arrival.body, text) for text in one.texts.values()):
                receipt = await self._store.hget(keys.broadcast_ledger(one.id), person)
                if receipt in ON_ITS_WAY:
                    return one
        return None

    async def _took(self, one: Broadcast, person: str) -> float:
        """Seconds from the queue to the canary; from the approval when the text itself is gone."""
        created = await self._store.hget(keys.out(f"b{one.id}:{person}"), "created")
        return max(0.0, self._clock() - (float(created) / 1000 if created else one.approved_at))

    async def _alarm(self, arrival: Arrival, commit: Commit) -> tuple[Commit, str, Callable[[], None]]:
        own = bool(self._settings.sender_name(_number(arrival.sender)))
        origin = "own" if own else "other"
        words = quotable(arrival.body)
        token = self._vault.pseudonym(f"words {' '.join(split(arrival.body).words)}")
        told, count = keys.canary_told_words(token), keys.canary_told
        known, many = await self._store.mget(told, count)
        if not known:
            commit.if_absent(told)
            commit.set(told, "1", TOLD_TTL)
            self._noted(commit, "alarm", arrival.canary, text=words, sender=origin)
            if int(many or 0) < MOST_TOLD:
                commit.set(count, 0, TOLD_TTL, only_new=True)
                commit.incr(count)
                await self._tell(commit, arrival.sid, words, own=own)
        return commit, "alarm", metrics.CANARY_ALARMS.labels(origin).inc

    async def _tell(self, commit: Commit, sid: str, words: str, *, own: bool) -> None:
        roster = await load_roster(self._store)
        for member in (one for role in TOLD for one in roster.with_role(role)):
            key = "canary_alarm_own" if own else "canary_alarm"
            text = self._library.say(key, member.lang, text=words)
            message = Outbound(
                f"{sid}canary{member.handle}", member.person, member.address, text, priority=Priority.PAGE
            )
            commit.merge(queued(message, self._vault, self._clock()))

    def _noted(self, commit: Commit, what: str, canary: str, **facts: str) -> None:
        """One line of the stream; canaries by their place in the setting, never by number."""
        fields = {"at": iso(self._clock()), "what": what, "canary": self._names[_number(canary)]} | facts
        commit.xadd(STREAM, fields)

    async def miss(self) -> int:
        """Note canaries that were sent a broadcast and have not seen it in time; answers how many are new."""
        count = 0
        for one in await recent(self._store, 50):
            if one.approved_at and self._clock() - one.approved_at < WATCHED and not one.drill:
                with apart(one.id):
                    count += [await self._missed(one, number) for number in self._names].count(True)
        return count

    async def _missed(self, one: Broadcast, number: str) -> bool:
        person, key = self._vault.pseudonym(number), keys.broadcast_canaries(one.id)
        pipe = self._store.pipeline()
        pipe.hmget(key, person, f"missing {person}")
        pipe.hget(keys.out(f"b{one.id}:{person}"), "intent")
        pipe.hget(keys.broadcast_ledger(one.id), person)
        (seen, noted), intent, receipt = await pipe.execute()
        if seen or noted or receipt in (None, "queued") or receipt not in ON_ITS_WAY:
            return False
        if not intent or self._clock() - int(intent) / 1000 < PATIENCE:
            return False
        commit = Commit()
        commit.if_field(key, person, "")
        commit.if_field(key, f"missing {person}", "")
        commit.hset(key, {f"missing {person}": self._clock()})
        commit.expire(key, BROADCAST_TTL)
        self._noted(commit, "missing", number, broadcast=one.id, receipt=receipt)
        try:
            await self._store.commit(commit)
        except Conflict:
            return False
        metrics.CANARY_MISSING.inc()
        return True


async def warnings(store: Store, now: float) -> list[dict[str, str]]:
    """Alarms of the last day, and texts that no canary saw in time and none has seen since; newest first."""
    rows = await store.xrevrange(STREAM, count=READ)
    found = [fields for _, fields in rows if fields["at"] >= iso(now - DAY)]
    seen = {(one["canary"], one["broadcast"]) for one in found if one["what"] == "seen"}
    return [
        one
        for one in found
        if one["what"] == "alarm"
        or (one["what"] == "missing" and (one["canary"], one["broadcast"]) not in seen)
    ]


def _number(address: str) -> str:
    """The number without its channel."""
    return Address.parse(address).number


def _nothing() -> None:
    pass

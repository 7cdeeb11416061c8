"""Somebody is forgotten while something is written about them: nothing is left, and nobody else loses."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final, cast, override

import pytest

from hotline.broadcasts import audience, broadcast
from hotline.broadcasts.states import BroadcastState
from hotline.casework import questions, violations
from hotline.casework.violations import Violation
from hotline.errors import InputError
from hotline.incidents import photos
from hotline.incidents.service import IncidentService
from hotline.messaging import inbox
from hotline.messaging.contacts import Person, save_person
from hotline.messaging.inbox import Inbound, stored
from hotline.messaging.outbox import Outbound, Outbox, Priority, queued
from hotline.privacy import retention
from hotline.staff.roster import Roster
from hotline.store import Commit, Conflict, Store, keys
from hotline.subscriptions import subscribers
from tests.stage.dump import everything
from tests.stage.office import Office

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine

    from hotline.content import Library
    from hotline.privacy.vault import Vault

NOW: Final = 1_800_000_000.0
PHONE: Final = "+18605550111"
SID: Final = "SM" + "7" * 32


class Held(Store):
    """A store whose first commit waits at a barrier: in this moment others write."""

    @override
    def __init__(self, url: str) -> None:
        super().__init__(url, "hartford")
        self.reached, self.go = asyncio.Event(), asyncio.Event()

    @override
    async def commit(self, commit: Commit) -> None:
        self.reached.set()
        await self.go.wait()
        await super().commit(commit)

    async def meanwhile(self, held: Coroutine[Any, Any, None], write: Awaitable[object]) -> None:
        """Let something else happen between the reading and the writing of what is held."""
        task = asyncio.create_task(held)
        await self.reached.wait()
        await write
        self.go.set()
        await task


@pytest.fixture
async def held(store: Store) -> AsyncGenerator[Held]:
    opened = Held(store.url)
    yield opened
    await opened.close()


async def names(store: Store, person: str) -> set[str]:
    """Keys that name a person."""
    return {key for key, kept in (await everything(store)).items() if person in key or person in kept}


async def forget(store: Store, person: str) -> None:
    """Forget as the command line does: read again as often as something came between."""
    for _ in range(5):
        try:
            await store.commit(await retention.forget(store, person))
        except Conflict:
            continue
        return
    raise AssertionError("never forgotten")


class Life:
    """One person and what may happen to them in the moment in which they are forgotten."""

    def __init__(self, store: Store, vault: Vault, library: Library) -> None:
        self.store, self.vault, self.library = store, vault, library
        self.person, self.address = vault.pseudonym(PHONE), vault.seal(PHONE)
        self.box = Outbox(store, "alerts", 1000, "w1")
        self.incidents = IncidentService(store, vault, library, lambda: NOW)

    async def begin(self) -> None:
        """They wrote before, and an alert to them waits."""
        await self.store.commit(save_person(Person(self.person, self.address, "es")))
        await self.store.commit(self._alert("b1"))

    def _alert(self, id_: str) -> Commit:
        text = Outbound(f"{id_}:{self.person}", self.person, self.address, "ICE", "alerts", Priority.ALERT)
        return queued(text, self.vault, NOW)

    async def under_way(self) -> inbox.Turn:
        """A text of theirs whose turn a worker has begun."""
        return await self.texts(SID)

    async def texts(self, sid: str) -> inbox.Turn:
        """A text of theirs, begun by a worker."""
        await inbox.prepare(self.store)
        text = Inbound(sid, self.person, "hotline", self.vault.seal("help"), at=NOW)
        await self.store.commit(stored(text, self.address))
        (turn,) = await inbox.next_turns(self.store, "w1", 1, 10)
        return turn

    async def decided(self, turn: inbox.Turn) -> Commit:
        """What that turn leads to: a question for a person, a photo, an answer."""
        commit = inbox.finished(turn)
        commit.merge(save_person(Person(self.person, self.address, "es", card="hartford.b")))
        commit.merge(
            await questions.ask(
                self.store, self.vault, self.library, Roster([]), person=self.person, lang="es",
                text="help", now=NOW,
            )
        )  # fmt: skip
        commit.merge(queued(Outbound(f"{SID}r00", self.person, self.address, "yes"), self.vault, NOW))
        commit.merge(photos.noted(Inbound(SID, self.person, "hotline", "", media=("sealed",)), NOW))
        return commit

    async def turn(self) -> None:
        """A text of theirs comes and its whole turn is over: the mailbox is as long as before."""
        turn = await self.under_way()
        await self.store.commit(await self.decided(turn))

    async def accepted(self) -> None:
        """An alert to them is taken, and the carrier gives its MessageSid."""
        taken = await self.box.take(NOW)
        await self.box.accepted(taken.id, SID)

    async def taken(self) -> None:
        """An alert comes and is being handed to the carrier."""
        await self.store.commit(self._alert("b0"))
        assert (await self.box.take(NOW)).id

    async def relayed(self) -> None:
        """A responder's words to them are queued by the help line."""
        text = Outbound("SM1relay0", self.person, self.address, "I am here", incident="7")
        await self.store.commit(queued(text, self.vault, NOW))

    async def reported(self) -> None:
        """A report of theirs, taken in without a text."""
        await self.store.commit(
            self.incidents.opening(
                "9", reporter=self.person, text="ICE", lang="es", place="", zone="", photos=0
            )
        )

    async def listed(self) -> None:
        """An organizer's list signs them up, and an alert's audience is written down."""
        record = subscribers.added(
            Person(self.person, self.address), ("all",), "es", shown="list", channel="csv", now=NOW
        )
        await self.store.commit(record)
        draft = broadcast.Broadcast("4", BroadcastState.DRAFT, "news", "o", {"es": "Junta"}, "all", NOW + 60)
        await audience.stage(self.store, draft, [], quiet=False)


@pytest.fixture
async def life(store: Store, vault: Vault, library: Library) -> Life:
    made = Life(store, vault, library)
    await made.begin()
    return made


@pytest.mark.parametrize(
    "what", [Life.turn, Life.accepted, Life.taken, Life.relayed, Life.reported, Life.listed]
)
async def test_what_is_written_of_somebody_while_they_are_forgotten_is_forgotten_too(
    life: Life, held: Held, what: Callable[[Life], Awaitable[None]]
) -> None:
    await held.meanwhile(forget(held, life.person), what(life))
    assert await names(life.store, life.person) == set()


async def test_a_turn_that_was_under_way_when_its_person_was_forgotten_brings_nothing_back(
    life: Life, held: Held
) -> None:
    """An operator forgets somebody whose text a worker is just answering."""
    turn = await life.under_way()
    ending = await life.decided(turn)
    with pytest.raises(Conflict, match="1 owner"):
        await held.meanwhile(held.commit(ending), forget(life.store, life.person))
    assert await names(life.store, life.person) == set()
    assert not await life.store.redis.exists(keys.inbox_tries)
    assert (await life.texts("SM8")).inbound.sid == "SM8"  # who texts again is answered


async def test_somebody_forgotten_while_a_broadcast_is_fed_gets_nothing_and_nobody_else_is_left_out(
    store: Store, held: Held, office: Office
) -> None:
    people = await office.sign_up(4)
    one = await office.sending()
    rows = await cast("Any", store.redis.lrange(keys.broadcast_todo(one.id), 0, -1))
    gone = json.loads(rows[1])[0]
    slow = Office(held, office.vault, office.library, office.settings)
    slow.delivery._ahead = 2  # pyright: ignore[reportPrivateUsage] - two at a time

    async def fed() -> None:
        await slow.delivery.feed()

    await held.meanwhile(fed(), forget(store, gone))
    assert await names(store, gone) == set()
    sent = await office.deliver()
    assert {id_.partition(":")[2] for id_ in sent} == set(people) - {gone}


async def test_somebody_forgotten_while_an_audience_is_written_down_is_not_in_it(
    store: Store, vault: Vault, office: Office
) -> None:
    people = await office.sign_up(2)
    one = await office.draft()
    staged = await audience.stage(store, one, [], quiet=False)
    await forget(store, people[0])
    # What was read before is written after: as if the list had been made by a slower worker.
    address, row = vault.seal(PHONE), people[0]
    await cast("Any", store.redis.rpush(staged.key, json.dumps([row, address, "en"])))
    with pytest.raises(Conflict):
        await store.commit(staged.taken(one.id))


async def test_an_advocates_answer_to_somebody_who_is_forgotten_meanwhile_is_not_sent(
    store: Store, held: Held, life: Life, vault: Vault, library: Library
) -> None:
    told = Violation("1", NOW, "es", "they asked", contact="yes", reporter=life.person)
    await store.commit(violations.opened(told, Roster([]), library, vault))
    replying = violations.reply(held, vault, library, id_="1", text="call me", now=NOW)
    with pytest.raises((Conflict, InputError)):
        await held.meanwhile(replying, forget(store, life.person))
    assert await names(store, life.person) == set()


async def test_nothing_is_kept_of_the_forgetting_itself(life: Life) -> None:
    await forget(life.store, life.person)
    assert not await life.store.redis.exists(keys.forgetting)

"""A question in an open report: responders read it at once, the answer from a card comes when it comes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast, override

import pytest

from hotline.conversation.turn import Conversation
from hotline.messaging import inbox
from hotline.messaging.inbox import Inbound
from hotline.privacy.retention import forget
from hotline.store import Conflict, keys
from hotline.understanding.dialogue import Say, Understood
from tests.stage.line import wait_until
from tests.stage.stage import Stage
from tests.stage.understanding import Dictated

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store

QUESTION = "should I open? they have a paper"
CARD = Understood(
    "rights_at_door", 1.0, (), (Say("You can keep the door closed.", "national.rights_at_door"),)
)


class Hanging(Dictated):
    """Answers when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()
        self.asked = 0

    @override
    async def ask(self, person: str, text: str, lang: str, last_card: str = "") -> Understood:
        self.asked += 1
        await self.go.wait()
        return CARD


class Porch(Stage):
    """A resident at the front door whose texts are handled as the worker handles them."""

    hanging: Hanging

    @override
    async def begin(self) -> None:
        await super().begin()
        self.hanging = Hanging()
        services = replace(self.conversation._services, dialogue=self.hanging)
        self.conversation = Conversation(services)
        await inbox.prepare(self.store)

    async def text(self, sid: str, words: str, *, person: str = "resident1") -> None:
        """A text is stored as the webhook stores it."""
        inbound = Inbound(sid, person, "hotline", self.vault.seal(words), at=self.now)
        await self.store.commit(inbox.stored(inbound, self.vault.seal("+18605550111")))

    async def turn(self, worker: str = "w1") -> bool:
        """One turn as a worker makes it; whether there was one."""
        turns = await inbox.next_turns(self.store, worker, 1, 1)
        for turn in turns:
            commit, _ = await self.conversation.decide(turn.inbound)
            ending = inbox.finished(turn)
            ending.merge(commit)
            await self.store.commit(ending)
        return bool(turns)

    async def passed_on(self, words: str) -> int:
        """How many texts that wait for rita hold these words, and how many events the report has of them."""
        redis, rita = cast("Any", self.store.redis), self.vault.pseudonym(self.numbers["rita"])
        bodies = [
            self.vault.open(await redis.hget(key, "body"))
            for key in [str(key) async for key in redis.scan_iter(keys.out("*"))]
            if await redis.hget(key, "person") == rita
        ]
        return sum(words in body for body in bodies)

    async def read(self, words: str) -> int:
        """How many texts with these words wait for the resident."""
        redis = cast("Any", self.store.redis)
        found = [key async for key in self.store.scan(keys.out("*"))]
        found = [key for key in found if await redis.hget(key, "person") == "resident1"]
        bodies = [self.vault.open(await redis.hget(key, "body")) for key in found]
        return sum(words in body for body in bodies)


@pytest.fixture
async def porch(store: Store, vault: Vault, library: Library, settings: Settings) -> Porch:
    opened = Porch(store, vault, library, settings)
    await opened.begin()
    await opened.open()
    await opened.says("rita", "1")
    return opened


async def test_a_question_in_a_report_reaches_responders_while_the_assistant_hangs(porch: Porch) -> None:
    await porch.text("SMq", QUESTION)
    async with asyncio.timeout(2):
        assert await porch.turn()
    assert await porch.passed_on(QUESTION) == 1
    answering = asyncio.create_task(porch.turn())
    await wait_until(lambda: _true(porch.hanging.asked), 5, "the assistant being asked")
    assert await porch.passed_on(QUESTION) == 1
    porch.hanging.go.set()
    assert await answering
    assert await porch.read("keep the door closed") == 1
    assert not await porch.turn(), "and nothing is left"


async def test_a_text_that_comes_while_the_assistant_hangs_is_passed_on_before_the_answer(
    porch: Porch,
) -> None:
    await porch.text("SMq", QUESTION)
    await porch.turn()
    answering = asyncio.create_task(porch.turn())
    await wait_until(lambda: _true(porch.hanging.asked), 5, "the assistant being asked")
    await porch.text("SMr", "they broke the lock")
    async with asyncio.timeout(2):
        await answering
        await porch.turn()
    assert await porch.passed_on("they broke the lock") == 1
    porch.hanging.go.set()
    while await porch.turn():
        pass
    assert await porch.read("keep the door closed") == 1
    assert await porch.passed_on(QUESTION) == 1


async def test_two_questions_do_not_wait_for_each_other(porch: Porch) -> None:
    await porch.text("SMq", QUESTION)
    await porch.text("SMs", "can they take my son?")
    porch.hanging.go.set()
    turns = 0
    while await porch.turn():
        turns += 1
    assert turns == 4
    assert await porch.read("keep the door closed") == 2


@pytest.mark.parametrize("dies", range(4))
async def test_a_worker_that_dies_around_the_question_loses_and_doubles_nothing(
    porch: Porch, dies: int
) -> None:
    """Its turn is decided a second time by another worker, and its own late commit changes nothing."""
    porch.hanging.go.set()
    await porch.text("SMq", QUESTION)
    for number in range(4):
        turns = await inbox.next_turns(porch.store, "dead", 1, 1)
        if not turns:
            break
        commit, _ = await porch.conversation.decide(turns[0].inbound)
        late = inbox.finished(turns[0])
        late.merge(commit)
        if number == dies % 2 and dies < 2:  # before its commit: another takes the turn over and ends it
            (taken,) = await inbox.take_over(porch.store, "alive", 0.0, 1)
            again, _ = await porch.conversation.decide(taken.inbound)
            ending = inbox.finished(taken)
            ending.merge(again)
            await porch.store.commit(ending)
            with pytest.raises(Conflict):
                await porch.store.commit(late)
        else:
            await porch.store.commit(late)
            if number == dies % 2:  # after it: what it did counts, and doing it again does nothing
                with pytest.raises(Conflict):
                    await porch.store.commit(late)
    assert await porch.passed_on(QUESTION) == 1
    assert await porch.read("keep the door closed") == 1
    assert not await cast("Any", porch.store.redis.hlen(keys.inbox_active))


async def test_who_asks_to_be_forgotten_is_not_answered_any_more(porch: Porch) -> None:
    await porch.text("SMq", QUESTION)
    (turn,) = await inbox.next_turns(porch.store, "w1", 1, 1)
    await porch.text("SMd", "DELETE")
    commit, _ = await porch.conversation.decide(turn.inbound)
    ending = inbox.finished(turn)
    ending.merge(commit)
    await porch.store.commit(ending)  # the question waits behind DELETE now
    (deleting,) = await inbox.next_turns(porch.store, "w1", 1, 1)
    ending = inbox.finished(deleting)
    ending.merge(await forget(porch.store, "resident1", asked_in="SMd"))
    await porch.store.commit(ending)
    assert not await porch.store.redis.exists(keys.inbox("resident1"), keys.person("resident1"))
    assert not await porch.turn()


async def _true(found: object) -> bool:
    return bool(found)

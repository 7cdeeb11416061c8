"""After STOP on the help number nothing leaves but its confirmation, until they come back."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Final

from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from hotline.content import Library
from hotline.errors import SendError
from hotline.messaging.contacts import Person
from hotline.messaging.outbox import Outbound, Priority, queued
from hotline.settings import ROOT
from hotline.subscriptions import subscribers
from tests.stage.stage import Stage
from tests.stage.talk import NOW, RESIDENT, Talk

if TYPE_CHECKING:
    from hotline.stack.embedded import EmbeddedRedis

SENDERS: Final = ("hotline", "alerts")
STOPS: Final = (
    ("STOP", ""), ("STOP", "STOP"), ("quit", ""), ("PARAR", "STOP"), ("PARAR", ""), ("SISPANN", ""),
    ("please stop texting me", ""), ("ya no me manden mensajes", ""), ("stop texts and alerts", ""),
)  # fmt: skip
# Words of theirs that are no way back: after them there is silence, but for one notice how to come back.
SAID: Final = (
    "what are my rights", "gracias", "1", "2", "MENU", "ALERTS ALL", "NIGHT", "MORE", "no", "stop the alerts",
    "please stop texting me", "STOP", "BORRAR", "😀", "park street",
)  # fmt: skip
DONE: Final = ("alert", "news", "relay", "answer", "retry", "delivered")


@cache
def library() -> Library:
    return Library.load(ROOT / "content", "hartford")


def answers() -> dict[str, str]:
    """What the confirmation, how to come back, and DELETE's question and answers say, by their words."""
    keys = (
        "stopped_hotline", "stopped_alerts_too", "stopped_notice", "delete_confirm", "delete_kept", "deleted"
    )  # fmt: skip
    line_name = library().city.line_name
    return {
        library().say(key, lang, line_name=line_name): key
        for key in keys
        for lang in library().city.languages
    }


class Stopped:
    """Somebody who gets alerts, says STOP on the help number, and does not come back."""

    def __init__(self, stage: Stage) -> None:
        stage.now = NOW
        self.vault, self.talk = stage.vault, Talk(stage)
        self.boxes = {sender: stage.outbox(sender) for sender in SENDERS}
        self.address, self.texts, self.at = self.vault.seal(RESIDENT), 0, NOW
        self.heard: list[str] = []

    async def begin(self, channel: str) -> None:
        await self.talk.begin()
        person = Person(self.talk.person, self.address)
        await self.talk.store.commit(
            subscribers.added(person, ("all",), "en", shown="", channel=channel, now=NOW)
        )
        await self.queue("alerts")
        assert (await self.boxes["alerts"].take(self.at)).id  # one is under way, one waits
        await self.queue("alerts")

    async def queue(self, sender: str) -> None:
        self.texts += 1
        priority = Priority.ALERT if sender == "alerts" else Priority.REPLY
        text = Outbound(f"b{self.texts}", self.talk.person, self.address, "words", sender, priority)
        await self.talk.store.commit(queued(text, self.vault, self.at))

    async def happens(self, what: str) -> None:
        if what in ("alert", "news"):
            await self.queue("alerts")
        elif what in ("relay", "answer"):
            await self.queue("hotline")
        elif what == "retry":
            busy = SendError("busy", outcome="retry", code=20429, retry_after=0.1)
            await self.boxes["alerts"].failed("b1", busy, self.at)
        else:
            await self.boxes["alerts"].accepted("b1", "SM1")
        await self.listen()

    async def says(self, words: str, to: str, opt_out: str = "") -> None:
        await self.talk.says(words, to=to, opt_out=opt_out)
        await self.listen()

    async def listen(self) -> None:
        """Take all that may leave by any number."""
        for box in self.boxes.values():
            for _ in range(40):
                self.at += 0.2
                taken = await box.take(self.at)
                self.heard += [self.vault.open(taken.fields["body"])] if taken.id else []
                if taken.wait:
                    break


async def lived(url: str, channel: str, stop: tuple[str, str], then: list[tuple[str, str]]) -> None:
    stage = await Stage.alone(url)
    store = stage.store
    try:
        one = Stopped(stage)
        await one.begin(channel)
        await one.says(stop[0], "hotline", stop[1])
        for what, to in then:
            before = len(one.heard)
            if what in DONE:
                await one.happens(what)
                assert len(one.heard) == before
            else:
                await one.says(what, to)
        counts = Counter(answers().get(words, words) for words in one.heard)
        assert counts.keys() <= set(answers().values())
        assert counts["stopped_hotline"] + counts["stopped_alerts_too"] <= 1
        # DELETE's question takes the notice's place, and where it is done at their word we know them no more.
        erased = sum(what == "BORRAR" for what, _ in then)
        assert counts["stopped_notice"] <= 1 + erased
        assert await subscribers.one(store, one.talk.person) is None
    finally:
        await store.close()


def test_after_stop_nothing_leaves_until_they_come_back(redis_server: EmbeddedRedis) -> None:
    step = st.tuples(st.sampled_from(SAID), st.just("hotline")) | st.tuples(
        st.sampled_from(DONE), st.just("")
    )
    elsewhere = st.tuples(st.sampled_from([one for one in SAID if "ALERTS" not in one]), st.just("alerts"))

    @limits(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.sampled_from(["text", "event:FERIA", "csv", "cli"]),
        st.sampled_from(STOPS),
        st.lists(step | elsewhere, max_size=8),
    )
    def any_life(channel: str, stop: tuple[str, str], then: list[tuple[str, str]]) -> None:
        asyncio.run(lived(redis_server.url, channel, stop, then))

    any_life()

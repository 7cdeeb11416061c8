"""A responder's words reach the reporter they are for, and nobody else, whatever the hour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.incidents import incident as incidents
from hotline.incidents import records, witnesses
from hotline.messaging.asked import WhichReport
from hotline.messaging.contacts import Person, opt_out, save_person
from hotline.privacy.retention import forget
from hotline.staff.roster import set_on_call
from hotline.store import Conflict, keys
from hotline.understanding.commands import addressed
from tests.stage.stage import Stage

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store


class Desk(Stage):
    """The team, and residents whose reports rita has or helps with."""

    async def held(self, lang: str = "en", *, by: str = "rita") -> str:
        """A report of a new resident that somebody has; answers its number."""
        id_ = await records.next_id(self.store)
        person = f"resident{id_}"
        await self.store.commit(save_person(Person(person, self.vault.seal(f"+1860556000{id_}"), lang)))
        opening = self.incidents.opening(
            id_, reporter=person, text="ICE is here", lang=lang, place=f"{id_}00 Park Street", zone="",
            photos=0,
        )  # fmt: skip
        await self.store.commit(opening)
        await self.incidents.change(id_, lambda one: incidents.claim(one, by, self.now, 15))
        return id_

    async def reads(self, report: str) -> list[str]:
        """All that was relayed to a report's resident, oldest first."""
        redis = cast("Any", self.store.redis)
        found = [
            self.vault.open(await redis.hget(key, "body"))
            for key in sorted([str(key) async for key in redis.scan_iter(keys.out("*relay*"))])
            if await redis.hget(key, "person") == f"resident{report}"
        ]
        return [body.removeprefix("Responder: ") for body in found]


@pytest.fixture
async def desk(store: Store, vault: Vault, library: Library, settings: Settings) -> Desk:
    opened = Desk(store, vault, library, settings)
    await opened.begin()
    return opened


@pytest.mark.parametrize(
    ("text", "number", "words"),
    [
        ("#7 on my way", "7", "on my way"), ("#7: voy", "7", "voy"), ("# 7 voy", "7", "voy"),
        ("#7", "7", ""), ("7: on my way", "7", "on my way"), ("7:voy", "7", "voy"),
        ("12 : two\nlines", "12", "two\nlines"), ("7 agents are here", "", "7 agents are here"),
        ("6:30 they left", "", "6:30 they left"), ("at 7: they left", "", "at 7: they left"),
        ("", "", ""), (" hi ", "", "hi"),
    ],
)  # fmt: skip
def test_only_a_number_in_front_says_whom_a_text_is_for(text: str, number: str, words: str) -> None:
    assert addressed(text) == (number, words)


@given(st.text())
def test_no_text_loses_a_word_by_being_addressed(text: str) -> None:
    number, words = addressed(text)
    assert words in text
    assert number or words == text.strip()


async def test_who_has_two_reports_and_names_none_is_asked_and_nobody_reads_it(desk: Desk) -> None:
    first, second = await desk.held(), await desk.held()
    said = await desk.says("rita", "I am at the back door")
    assert f"#{first}" in said
    assert f"#{second}" in said
    assert await desk.reads(first) == await desk.reads(second) == []


@pytest.mark.parametrize("answer", ["#{}", "{}", "#{}.", "{}:"])
async def test_the_number_alone_then_sends_what_waited(desk: Desk, answer: str) -> None:
    """Nobody types a text again at five in the morning."""
    first, second = await desk.held(), await desk.held()
    for report in (second, first):
        await desk.says("rita", f"I am at the back door of {report}")
        assert await desk.says("rita", answer.format(report)) == ""
    assert await desk.reads(first) == [f"I am at the back door of {first}"]
    assert await desk.reads(second) == [f"I am at the back door of {second}"]


async def test_the_number_of_one_text_does_not_count_for_the_next(desk: Desk) -> None:
    """Nothing stays chosen: the next line may be for the other one."""
    first, second = await desk.held(), await desk.held()
    await desk.says("rita", f"#{second} I am here")
    assert "Not sent yet" in await desk.says("rita", "which door is it")
    assert await desk.reads(second) == ["I am here"]
    assert await desk.reads(first) == []


async def test_a_page_that_waits_goes_before_a_text_that_waits(desk: Desk) -> None:
    """A bare 1 takes it, though there is a report 1; #1 is the answer."""
    first, _ = await desk.held(), await desk.held()
    assert first == "1"
    await desk.says("rita", "I am at the back door")
    await desk.store.commit(set_on_call("rita", on=True))
    waiting = await records.next_id(desk.store)
    opening = desk.incidents.opening(
        waiting, reporter="p", text="ICE", lang="en", place="9 Ward Street", zone="", photos=0
    )
    await desk.store.commit(opening)
    await desk.incidents.tick()
    assert f"{waiting} is yours" in await desk.says("rita", "1")
    assert await desk.reads(first) == []
    await desk.says("rita", "#1")
    assert await desk.reads(first) == ["I am at the back door"]


async def test_what_waited_for_too_long_is_not_sent(desk: Desk) -> None:
    first, _ = await desk.held(), await desk.held()
    await desk.says("rita", "I am at the back door")
    desk.now += WhichReport.lifetime + 1
    assert "already yours" in await desk.says("rita", f"#{first}")
    assert await desk.reads(first) == []


async def test_who_has_one_report_and_helps_with_another_is_asked_too(desk: Desk) -> None:
    await desk.held()
    other = await desk.held(by="ana")
    await desk.says("rita", f"BACKUP {other}")
    assert "Not sent yet" in await desk.says("rita", "I am at the back door")
    await desk.says("rita", f"#{other} I am at the back door")
    assert await desk.reads(other) == ["I am at the back door"]


async def test_with_one_report_nobody_writes_numbers(desk: Desk) -> None:
    report = await desk.held()
    assert await desk.says("rita", "I am at the back door") == ""
    assert await desk.reads(report) == ["I am at the back door"]


async def test_a_command_with_the_number_in_front_is_a_command(desk: Desk) -> None:
    first, second = await desk.held(), await desk.held()
    await desk.says("rita", f"#{second} ONSCENE")
    states = {one.id: one.state for one in await desk.incidents.open_ones()}
    assert states == {first: "claimed", second: "onscene"}


async def test_a_number_that_is_not_theirs_gets_a_clear_answer_and_reaches_nobody(desk: Desk) -> None:
    mine, others, over = await desk.held(), await desk.held(by="ana"), await desk.held(by="ana")
    await desk.says("ana", f"FALSE {over}")
    assert "There is no report 99" in await desk.says("rita", "#99 hello")
    assert f"{others} is not yours" in await desk.says("rita", f"#{others} hello")
    assert f"{over}: not immigration" in await desk.says("rita", f"#{over} hello")
    for report in (mine, others, over):
        assert await desk.reads(report) == []


async def test_every_witness_of_an_event_reads_it_once_and_plainly(desk: Desk) -> None:
    first, second = await desk.held(), await desk.held()
    # Nobody has it when it is put to the first: a report that somebody has is never merged away.
    await desk.incidents.change(
        second, lambda one: incidents.release(one, desk.now, by="rita", event="passed")
    )
    one, child = await records.load(desk.store, first), await records.load(desk.store, second)
    assert one
    assert child
    changes = witnesses.link(child, one, desk.now)
    await desk.store.commit(await desk.incidents.both(child, one, *changes, await desk.incidents.roster()))
    await desk.says("rita", "I am at the back door")
    assert await desk.reads(first) == await desk.reads(second) == ["I am at the back door"]


async def test_a_responder_is_told_when_nobody_reads_their_words_any_more(desk: Desk) -> None:
    """The reporter texted STOP, or had everything deleted."""
    report = await desk.held()
    await desk.store.commit(opt_out(f"resident{report}", "hotline"))
    assert "nobody gets" in await desk.says("rita", "are you there")
    await desk.store.commit(await forget(desk.store, f"resident{report}"))
    assert "nobody gets" in await desk.says("rita", "are you there")


async def test_words_on_their_way_to_somebody_who_is_forgotten_do_not_leave(desk: Desk) -> None:
    report = await desk.held()
    relayed = await desk.decided("rita", "are you there")
    await desk.store.commit(await forget(desk.store, f"resident{report}"))
    with pytest.raises(Conflict):
        await desk.store.commit(relayed)

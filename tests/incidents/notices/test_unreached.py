"""A page refused as too long is sent shorter; one that reaches nobody is said, and others are paged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from hotline.errors import SendError
from hotline.incidents import records
from hotline.incidents.notices.unreached import Unreached
from hotline.messaging import status_callbacks
from hotline.store import Conflict, keys
from hotline.text.segments import count
from tests.stage.stage import Stage

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.messaging.outbox import Outbox
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store

TOO_LONG: Final = SendError("too long", outcome="refused", code=21617)
GONE: Final = SendError("gone", outcome="refused", code=21614)
BOTH_WAYS: Final = pytest.mark.parametrize("way", ["answer", "callback"])


class Radio(Stage):
    """The crew, whose phones fail as a test says."""

    @property
    def consequences(self) -> Unreached:
        return Unreached(self.store, self.vault, self.library, self.clock)

    def box(self) -> Outbox:
        return self.outbox(consequences=self.consequences)

    async def waiting(self) -> list[str]:
        """Ids that wait, in the order they will go."""
        return [str(id_) for id_ in await self.store.redis.zrange(keys.outbox("hotline"), 0, -1)]

    async def page_of(self, handle: str) -> str:
        """The id of the page that waits for somebody."""
        person = self.vault.pseudonym(self.numbers[handle])
        found = [id_ for id_ in await self.waiting() if await self.field(id_, "person") == person]
        pages = [id_ for id_ in found if await self.field(id_, "kind") == "page"]
        return pages[-1]

    async def field(self, id_: str, name: str) -> str:
        return str(await cast("Any", self.store.redis.hget(keys.out(id_), name)))

    async def take_all(self) -> None:
        """Everything that waits is with the carrier."""
        box = self.box()
        while (taken := await box.take(self.now)).id or taken.dropped:
            self.now += 0.01

    async def fails(self, id_: str, error: SendError, way: str) -> None:
        """The carrier refuses a text: at once, or later."""
        await self.take_all()
        if way == "answer":
            await self.box().failed(id_, error, self.now)
        else:
            await self.box().accepted(id_, f"SM{id_}")
            await status_callbacks.status(
                self.store, id_=id_, sid=f"SM{id_}", state="undelivered", code=str(error.code),
                now=self.now, consequences=self.consequences,
            )  # fmt: skip


@pytest.fixture
async def radio(store: Store, vault: Vault, library: Library, settings: Settings) -> Radio:
    """Rita and sol are on call; ana, beto (in Spanish) and carl organize."""
    opened = Radio(store, vault, library, settings)
    await opened.begin()
    await opened.joins("sol", "es", on_call=True)
    return opened


@BOTH_WAYS
async def test_a_page_that_is_too_long_is_sent_again_in_one_segment(radio: Radio, way: str) -> None:
    report = await radio.reported("mia", "ICE is here " * 100)
    id_ = await radio.page_of("sol")
    await radio.hears("sol")
    await radio.fails(id_, TOO_LONG, way)
    short = await radio.hears("sol")
    assert count(short).count == 1
    assert short.startswith(f"AVISO {report}, ")
    assert "120 Park Street" in short
    assert f"TAKE {report}" in short
    assert await radio.field(await radio.page_of("sol"), "kind") == "page"
    assert "reached" not in await radio.hears("ana"), "it is on its way"


@BOTH_WAYS
async def test_a_short_page_that_fails_too_is_not_sent_for_ever(radio: Radio, way: str) -> None:
    await radio.reported("mia", "ICE is here")
    await radio.fails(await radio.page_of("sol"), TOO_LONG, way)
    short = await radio.page_of("sol")
    await radio.fails(short, TOO_LONG, way)
    assert await radio.waiting() == []


@BOTH_WAYS
async def test_a_page_that_fails_for_everybody_is_said_to_organizers_in_their_language(
    radio: Radio, way: str
) -> None:
    report = await radio.reported("mia", "ICE is here")
    rita, sol = await radio.page_of("rita"), await radio.page_of("sol")
    await radio.fails(rita, GONE, way)
    assert await radio.hears("ana") == "", "sol may have it"
    await radio.fails(sol, GONE, way)
    said = await radio.hears("ana")
    assert f"report {report}" in said
    assert "120 Park Street" in said
    assert f"aviso {report}" in await radio.hears("beto")
    log = await cast("Any", radio.store.redis.lrange(keys.incident_log(report), 0, -1))
    assert '"type": "unreached"' in log[-1]


@BOTH_WAYS
async def test_a_step_that_reached_nobody_takes_no_time(radio: Radio, way: str) -> None:
    """Whoever comes next in the policy is paged at once."""
    report = await radio.reported("mia", "ICE is here")
    for id_ in [await radio.page_of("rita"), await radio.page_of("sol")]:
        await radio.fails(id_, GONE, way)
    await radio.incidents.tick()
    assert f"REPORT {report}" in await radio.hears("carl")


async def test_who_has_it_already_is_no_reason_to_wake_organizers(radio: Radio) -> None:
    report = await radio.reported("mia", "ICE is here")
    rita, sol = await radio.page_of("rita"), await radio.page_of("sol")
    await radio.says("ana", f"TAKE {report}")
    await radio.fails(rita, TOO_LONG, "answer")
    await radio.fails(sol, GONE, "answer")
    assert not [id_ for id_ in await radio.waiting() if await radio.field(id_, "kind") == "page"]
    assert "reached" not in await radio.hears("carl")


async def test_two_last_pages_that_fail_at_once_do_not_miss_each_other(radio: Radio) -> None:
    await radio.reported("mia", "ICE is here")
    ids = [await radio.page_of("rita"), await radio.page_of("sol")]
    await radio.take_all()
    both = [
        await radio.consequences.also(id_, await radio.box().read(id_), "refused", GONE.code) for id_ in ids
    ]
    await radio.store.commit(both[0])
    with pytest.raises(Conflict):
        await radio.store.commit(both[1])
    await radio.fails(ids[1], GONE, "answer")
    assert "reached" in await radio.hears("ana")


async def test_whoever_is_told_that_nobody_was_reached_and_is_not_reached_either_starts_no_loop(
    radio: Radio,
) -> None:
    await radio.reported("mia", "ICE is here")
    for id_ in [await radio.page_of("rita"), await radio.page_of("sol")]:
        await radio.fails(id_, GONE, "answer")
    one = await records.load(radio.store, "1")
    told = [id_ for id_ in await radio.waiting() if "unreached" in id_]
    assert len(told) == 3
    for id_ in told:
        await radio.fails(id_, GONE, "answer")
    assert await radio.waiting() == []
    assert await records.load(radio.store, "1") == one

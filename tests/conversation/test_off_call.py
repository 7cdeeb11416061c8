"""Who stops our texts: a holder's report goes to others, a reporter's responder knows that nobody reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from hotline.incidents import incident as incidents
from hotline.incidents import records
from hotline.incidents.notices.phrasing import phrased
from hotline.messaging.contacts import Person, block, opt_out, save_person, unblock
from hotline.store import keys
from tests.stage.stage import MINUTES, Stage

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store

RESIDENT = "+18605560001"
MUTE = {
    "en": "reporter cannot be texted", "es": "no le llega lo que usted escriba",
    "pt": "nada recebe do que escrever", "ht": "p ap rive jwenn li",
}  # fmt: skip


class Street(Stage):
    """The crew, and one resident with a phone."""

    async def called(self, lang: str = "en") -> str:
        """A report of the resident that has paged rita; answers its number."""
        self.numbers["resident"] = RESIDENT
        id_ = await self.open()
        person = self.vault.pseudonym(RESIDENT)
        await self.store.commit(save_person(Person(person, self.vault.seal(RESIDENT), lang, welcomed=True)))
        one = await self.kept(id_)
        key = keys.incident(id_)
        await cast("Any", self.store.redis.hset(key, "reporter", person))
        await self.store.redis.delete(keys.reporter(one.reporter))
        await self.store.redis.set(keys.reporter(person), id_, ex=3600)
        return id_

    async def kept(self, id_: str) -> incidents.Incident:
        found = await records.load(self.store, id_)
        assert found
        return found

    @property
    def resident(self) -> str:
        return self.vault.pseudonym(RESIDENT)


@pytest.fixture
async def street(store: Store, vault: Vault, library: Library, settings: Settings) -> Street:
    opened = Street(store, vault, library, settings)
    await opened.begin()
    return opened


# -- a holder stops


@pytest.mark.parametrize(
    ("words", "opt_out"),
    [("STOP", ""), ("END", ""), ("cancel", ""), ("please stop texting me", ""), ("basta ya", "STOP")],
)
async def test_who_stops_our_texts_lets_go_of_what_they_have(
    street: Street, words: str, opt_out: str
) -> None:
    id_ = await street.called()
    await street.says("rita", f"TAKE {id_}")
    for handle in ("ana", "beto", "resident"):
        await street.hears(handle)
    await street.says("rita", words, opt_out=opt_out)
    assert (await street.kept(id_)).claimed_by == ""
    assert "let go of your report" in await street.hears("resident")
    for handle in ("ana", "beto"):
        told = await street.hears(handle)
        assert f"rita {'stopped' if handle == 'ana' else 'dijo STOP'}" in told
        assert id_ in told
    await street.incidents.tick()
    assert id_ in await street.hears("ana"), "nobody else is on call: the organizers are asked"


async def test_start_says_how_to_be_on_call_again(street: Street) -> None:
    await street.says("rita", "END")
    assert "text ON" in await street.says("rita", "START")
    await street.says("rita", "CANCEL", opt_out="STOP")
    assert "text ON" in await street.says("rita", "START", opt_out="START"), (
        "Twilio's own answer does not say it"
    )
    await street.called()
    assert "text ON" not in await street.says("resident", "START")


@pytest.mark.parametrize("words", ["ON", "1", "TAKE {id}", "BACKUP {id}"])
async def test_who_stopped_our_texts_is_not_put_to_work_before_start(street: Street, words: str) -> None:
    """A page, or a reporter's words, would reach nobody; the report stays free for others."""
    await street.says("rita", "END")
    id_ = await street.called()
    await street.says("ana", "OFF")
    if "BACKUP" in words:
        await street.says("ana", f"TAKE {id_}")
    await cast("Any", street.store.redis.srem(keys.staff_oncall, "rita"))
    assert "START" in await street.says("rita", words.format(id=id_))
    one = await street.kept(id_)
    assert "rita" not in (one.claimed_by, *one.backups)
    assert not await street.store.redis.sismember(keys.staff_oncall, "rita")
    await street.says("rita", "START")
    assert "START" not in await street.says("rita", words.format(id=id_))


async def test_who_never_stopped_is_not_told_to_text_on(street: Street) -> None:
    await street.says("rita", "ON")
    assert "text ON" not in await street.says("rita", "RESUME")


# -- a reporter stops


@pytest.mark.parametrize("how", ["ours", "carrier"])
async def test_who_takes_a_report_reads_that_its_reporter_cannot_be_texted(street: Street, how: str) -> None:
    id_ = await street.called()
    stop = opt_out if how == "ours" else block
    await street.store.commit(stop(street.resident, "hotline"))
    told = await street.says("rita", f"TAKE {id_}")
    assert MUTE["en"] in told
    assert "The reporter reads" not in told
    answer = await street.says("rita", "I am at the corner")
    assert "stopped our texts" in answer
    assert "at the corner" not in await street.hears("resident")


async def test_an_urgent_text_after_stop_pages_and_the_carriers_block_is_still_known(street: Street) -> None:
    id_ = await street.called()
    await street.store.commit(block(street.resident, "hotline"))
    opening = street.incidents.opening(
        "99", reporter=street.resident, text="ICE is here", lang="en", place="900 Albany Avenue", zone="",
        photos=0, address=street.vault.seal(RESIDENT),
    )  # fmt: skip
    await street.says("rita", f"TAKE {id_}")
    await street.store.commit(opening)
    await street.incidents.tick()
    assert "REPORT 99" in await street.hears("rita")
    assert MUTE["en"] in await street.says("rita", "TAKE 99")
    await street.store.commit(unblock(street.resident, "hotline"))
    assert "stopped our texts" not in await street.says("rita", "#99 I am here")


async def test_who_can_be_texted_again_is(street: Street) -> None:
    id_ = await street.called()
    assert "The reporter reads what you text here" in await street.says("rita", f"TAKE {id_}")
    await street.says("rita", "I am at the corner")
    assert "at the corner" in await street.hears("resident")


async def test_the_holder_hears_it_when_the_reporter_stops_later(street: Street) -> None:
    id_ = await street.called()
    await street.says("rita", f"TAKE {id_}")
    await street.says("resident", "STOP")
    assert "stopped our texts" in await street.hears("rita")
    assert (await street.kept(id_)).claimed_by == "rita"


@pytest.mark.parametrize("lang", ["en", "es", "pt", "ht"])
async def test_it_is_said_in_each_language_at_the_console(street: Street, lang: str) -> None:
    id_ = await street.called()
    change = incidents.assigned(await street.kept(id_), "carl", street.now, MINUTES, mute=True)
    assert change
    (notice,) = [one for one in change.notices if one.to == "carl" and "yours" in one.key]
    assert MUTE[lang] in phrased(street.library, change.after, notice, lang)

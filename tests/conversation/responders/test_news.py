"""Who has a report keeps it by any text; who confirmed it confirmed it, whatever they do then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from hotline.incidents import records
from hotline.incidents.escalation import NEWS_WAIT
from hotline.messaging.inbox import Inbound, stored
from hotline.store import keys
from tests.stage.crew import MINUTES, Crew

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.incidents.incident import Incident
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store


@pytest.fixture
async def crew(store: Store, vault: Vault, library: Library, settings: Settings) -> Crew:
    opened = Crew(store, vault, library, settings)
    await opened.begin()
    return opened


async def asked_for_news(crew: Crew) -> str:
    """Rita has a report, said nothing, and was asked; answers its number."""
    id_ = await crew.open()
    await crew.says("rita", f"TAKE {id_}")
    crew.now += MINUTES * 60
    await crew.desk.tick()
    assert (await one(crew, id_)).news_asked
    return id_


async def one(crew: Crew, id_: str) -> Incident:
    found = await records.load(crew.store, id_)
    assert found
    return found


@pytest.mark.parametrize(
    "words",
    ["still here, watching them", "sigo aqui", "+", "?", "STATUS", "ON", "SHIFTS", "HELP", "MENU", "ONWAY",
     "ok", "1", "VERIFY 482", "¿qué dice la ley?", "#{id} they are in the car"],
)  # fmt: skip
async def test_any_text_of_the_holder_is_news(crew: Crew, words: str) -> None:
    id_ = await asked_for_news(crew)
    crew.now += NEWS_WAIT - 1
    await crew.says("rita", words.format(id=id_))
    crew.now += 2
    await crew.desk.tick()
    kept = await one(crew, id_)
    assert kept.claimed_by == "rita"
    assert not kept.news_asked
    assert kept.due == crew.now - 2 + MINUTES * 60, "the time begins anew"


async def test_a_text_about_another_report_is_no_news_of_this_one(crew: Crew) -> None:
    id_ = await asked_for_news(crew)
    other = await crew.open("900 Albany Avenue")
    await crew.says("rita", f"TAKE {other}")
    await crew.says("rita", f"#{other} I am at the corner")
    crew.now += NEWS_WAIT + 1
    await crew.desk.tick()
    assert (await one(crew, id_)).claimed_by == ""
    assert (await one(crew, other)).claimed_by == "rita"


async def test_a_text_of_somebody_else_is_no_news(crew: Crew) -> None:
    id_ = await asked_for_news(crew)
    await crew.says("ana", "any news from rita?")
    crew.now += NEWS_WAIT + 1
    await crew.desk.tick()
    assert (await one(crew, id_)).claimed_by == ""


async def test_a_text_that_waits_to_be_read_is_no_silence(crew: Crew) -> None:
    id_ = await asked_for_news(crew)
    person = crew.vault.pseudonym(crew.numbers["rita"])
    inbound = Inbound("SM9", person, "hotline", crew.vault.seal("still here"), at=crew.now)
    await crew.store.commit(stored(inbound, crew.vault.seal(crew.numbers["rita"])))
    crew.now += NEWS_WAIT + 1
    for _ in range(3):
        await crew.desk.tick()
        crew.now += 2
    assert (await one(crew, id_)).claimed_by == "rita"
    redis = cast("Any", crew.store.redis)
    await redis.delete(
        keys.inbox(person), keys.inbox_ready, keys.inbox_active
    )  # read, and it was a TAKE of another
    await crew.desk.tick()
    assert (await one(crew, id_)).claimed_by == "", "who is silent then still loses it"


@pytest.mark.parametrize("how", ["silence", "PASS", "ENDED", "ONSCENE"])
async def test_what_was_confirmed_stays_confirmed_and_can_be_alerted(crew: Crew, how: str) -> None:
    id_ = await crew.open()
    for words in (f"TAKE {id_}", "CONFIRMED"):
        await crew.says("rita", words)
    if how == "silence":
        for wait in (MINUTES * 60, NEWS_WAIT):
            crew.now += wait
            await crew.desk.tick()
    else:
        await crew.says("rita", how)
    found = await one(crew, id_)
    assert found.confirmed
    assert found.confirmed_at
    assert "DRAFT" in await crew.says("ana", f"ALERT {id_}")


@pytest.mark.parametrize("verdict", ["FALSE", "UNABLE"])
async def test_who_takes_a_confirmation_back_leaves_no_alert(crew: Crew, verdict: str) -> None:
    id_ = await crew.open()
    for words in (f"TAKE {id_}", "CONFIRMED", "PASS"):
        await crew.says("rita", words)
    for words in (f"TAKE {id_}", verdict):
        await crew.says("rita", words)
    assert "not confirmed" in await crew.says("ana", f"ALERT {id_}")


async def test_an_alert_of_a_raid_that_is_over_says_so(crew: Crew) -> None:
    id_ = await crew.open()
    for words in (f"TAKE {id_}", "CONFIRMED", "ENDED"):
        await crew.says("rita", words)
    assert "it is over" in await crew.says("ana", f"ALERT {id_}")


async def test_a_draft_from_before_the_end_is_written_anew(crew: Crew) -> None:
    id_ = await crew.open()
    for words in (f"TAKE {id_}", "CONFIRMED"):
        await crew.says("rita", words)
    old = await crew.drafted("ana", f"ALERT {id_}")
    crew.now += 60
    await crew.says("rita", "ENDED")
    assert id_ in await crew.says("beto", f"APPROVE {old}")
    assert "DRAFT" not in await crew.hears("beto")
    new = await crew.drafted("ana", f"ALERT {id_}")
    assert new != old

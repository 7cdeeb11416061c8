"""Who has a report keeps it by any text; who confirmed it confirmed it, whatever they do then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from hotline.incidents import records
from hotline.incidents.escalation import NEWS_WAIT
from hotline.messaging.inbox import Inbound, stored
from hotline.store import keys
from tests.stage.stage import MINUTES, Stage

if TYPE_CHECKING:
    from hotline.incidents.incident import Incident


async def asked_for_news(stage: Stage) -> str:
    """Rita has a report, said nothing, and was asked; answers its number."""
    id_ = await stage.open()
    await stage.says("rita", f"TAKE {id_}")
    stage.now += MINUTES * 60
    await stage.incidents.tick()
    assert (await one(stage, id_)).news_asked
    return id_


async def one(stage: Stage, id_: str) -> Incident:
    found = await records.load(stage.store, id_)
    assert found
    return found


@pytest.mark.parametrize(
    "words",
    ["still here, watching them", "sigo aqui", "+", "?", "STATUS", "ON", "SHIFTS", "HELP", "MENU", "ONWAY",
     "ok", "1", "VERIFY 482", "¿qué dice la ley?", "#{id} they are in the car"],
)  # fmt: skip
async def test_any_text_of_the_holder_is_news(stage: Stage, words: str) -> None:
    id_ = await asked_for_news(stage)
    stage.now += NEWS_WAIT - 1
    await stage.says("rita", words.format(id=id_))
    stage.now += 2
    await stage.incidents.tick()
    kept = await one(stage, id_)
    assert kept.claimed_by == "rita"
    assert not kept.news_asked
    assert kept.due == stage.now - 2 + MINUTES * 60, "the time begins anew"


async def test_a_text_about_another_report_is_no_news_of_this_one(stage: Stage) -> None:
    id_ = await asked_for_news(stage)
    other = await stage.open("900 Albany Avenue")
    await stage.says("rita", f"TAKE {other}")
    await stage.says("rita", f"#{other} I am at the corner")
    stage.now += NEWS_WAIT + 1
    await stage.incidents.tick()
    assert (await one(stage, id_)).claimed_by == ""
    assert (await one(stage, other)).claimed_by == "rita"


async def test_a_text_of_somebody_else_is_no_news(stage: Stage) -> None:
    id_ = await asked_for_news(stage)
    await stage.says("ana", "any news from rita?")
    stage.now += NEWS_WAIT + 1
    await stage.incidents.tick()
    assert (await one(stage, id_)).claimed_by == ""


async def test_a_text_that_waits_to_be_read_is_no_silence(stage: Stage) -> None:
    id_ = await asked_for_news(stage)
    person = stage.vault.pseudonym(stage.numbers["rita"])
    inbound = Inbound("SM9", person, "hotline", stage.vault.seal("still here"), at=stage.now)
    await stage.store.commit(stored(inbound, stage.vault.seal(stage.numbers["rita"])))
    stage.now += NEWS_WAIT + 1
    for _ in range(3):
        await stage.incidents.tick()
        stage.now += 2
    assert (await one(stage, id_)).claimed_by == "rita"
    redis = cast("Any", stage.store.redis)
    await redis.delete(
        keys.inbox(person), keys.inbox_ready, keys.inbox_active
    )  # read, and it was a TAKE of another
    await stage.incidents.tick()
    assert (await one(stage, id_)).claimed_by == "", "who is silent then still loses it"


@pytest.mark.parametrize("how", ["silence", "PASS", "ENDED", "ONSCENE"])
async def test_what_was_confirmed_stays_confirmed_and_can_be_alerted(stage: Stage, how: str) -> None:
    id_ = await stage.open()
    for words in (f"TAKE {id_}", "CONFIRMED"):
        await stage.says("rita", words)
    if how == "silence":
        for wait in (MINUTES * 60, NEWS_WAIT):
            stage.now += wait
            await stage.incidents.tick()
    else:
        await stage.says("rita", how)
    found = await one(stage, id_)
    assert found.confirmed
    assert found.confirmed_at
    assert "DRAFT" in await stage.says("ana", f"ALERT {id_}")


@pytest.mark.parametrize("verdict", ["FALSE", "UNABLE"])
async def test_who_takes_a_confirmation_back_leaves_no_alert(stage: Stage, verdict: str) -> None:
    id_ = await stage.open()
    for words in (f"TAKE {id_}", "CONFIRMED", "PASS"):
        await stage.says("rita", words)
    for words in (f"TAKE {id_}", verdict):
        await stage.says("rita", words)
    assert "not confirmed" in await stage.says("ana", f"ALERT {id_}")


async def test_an_alert_of_a_raid_that_is_over_says_so(stage: Stage) -> None:
    id_ = await stage.open()
    for words in (f"TAKE {id_}", "CONFIRMED", "ENDED"):
        await stage.says("rita", words)
    assert "it is over" in await stage.says("ana", f"ALERT {id_}")


async def test_a_draft_from_before_the_end_is_written_anew(stage: Stage) -> None:
    id_ = await stage.open()
    for words in (f"TAKE {id_}", "CONFIRMED"):
        await stage.says("rita", words)
    old = await stage.drafts("ana", f"ALERT {id_}")
    stage.now += 60
    await stage.says("rita", "ENDED")
    assert id_ in await stage.says("beto", f"APPROVE {old}")
    assert "DRAFT" not in await stage.hears("beto")
    new = await stage.drafts("ana", f"ALERT {id_}")
    assert new != old

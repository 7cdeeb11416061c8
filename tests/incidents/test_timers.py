"""What a report owes by the clock: each step in its time and once, in the language of whoever reads it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from hotline import metrics
from hotline.incidents import escalation, no_answer, witnesses
from hotline.incidents.incident import Change
from hotline.store import keys
from tests.messaging.carriers.calls import OLD_WAYS
from tests.stage.clocked import HOUSEKEEPING, MINUTE, ClockedLine, Scene
from tests.stage.line import wait_until

if TYPE_CHECKING:
    from hotline.settings import Settings

pytestmark = [pytest.mark.asyncio(loop_scope="module"), *OLD_WAYS]

REPORTS: Final = {
    "en": "ICE is at 120 Park St right now, two vans",
    "es": "la migra esta en la 120 Park St ahora, se llevan a alguien",
}
both_languages = pytest.mark.parametrize("lang", ["en", "es"])


def claim_time(settings: Settings) -> float:
    """Seconds until a holder is asked for news."""
    return settings.claim_minutes * MINUTE


@both_languages
async def test_the_safety_text_comes_first_and_in_the_language_of_the_report(
    clocked: ClockedLine, scene: Scene, lang: str
) -> None:
    """Also to somebody who never texted before; then one question."""
    await scene.play({"resident says": REPORTS[lang]})
    await clocked.settled()
    assert await scene.read("resident") == [clocked.say("raid_safety", lang), clocked.say("raid_now", lang)]
    assert (await clocked.one()).lang == lang


async def test_each_step_of_the_policy_fires_in_its_time_and_once(clocked: ClockedLine, scene: Scene) -> None:
    await scene.play(
        {"responder2 says": "OFF"},
        {"responder2 hears": clocked.say("staff_off", "es")},
        {"resident says": REPORTS["en"]},
        {"responder1 hears": "REPORT 1"},
        {"responder2 hears nothing": None},
    )
    assert (await clocked.next_step())["details"] == {"handles": "responder2"}
    await scene.play({"responder2 hears": "AVISO 1"}, {"organizer1 hears nothing": None})
    assert (await clocked.next_step())["details"] == {"handles": "organizer1,organizer2"}
    await scene.play(
        {"organizer1 hears": "REPORT 1"},
        {"organizer1 hears": clocked.say("nobody_took", "en", id="1")},
        {"resident hears": "Nobody has taken your report yet"},
        {"responder1 hears nothing": None},
        {"responder2 hears nothing": None},
    )


@both_languages
async def test_nobody_on_call_is_said_at_once_to_organizers_and_reporter_with_the_partner_line(
    clocked: ClockedLine, scene: Scene, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And everybody is paged in place of the empty step, on call or not."""
    library = clocked.runtime.library
    partner = library.city.model_copy(update={"partner_line": "888-555-0188"})
    monkeypatch.setattr(library, "city", partner)
    await scene.play(
        {"responder1 says": "OFF"},
        {"responder1 hears": clocked.say("staff_off", "en")},
        {"responder2 says": "OFF"},
        {"responder2 hears": clocked.say("staff_off", "es")},
        {"resident says": REPORTS[lang]},
        {"resident hears": clocked.say("raid_safety", lang)},
        {"resident hears": clocked.say("raid_nobody", lang, partner="888-555-0188")},
        {"organizer1 hears": clocked.say("nobody_on_call", "en", id="1")},
        {"organizer2 hears": clocked.say("nobody_on_call", "en", id="1")},
        {"responder1 hears": "REPORT 1"},
        {"responder2 hears": "AVISO 1"},
    )
    assert await clocked.events() == ["opened", "paged"]


@both_languages
async def test_a_silent_holder_is_asked_then_released_and_everybody_else_is_paged(
    clocked: ClockedLine, scene: Scene, lang: str
) -> None:
    await scene.play(
        {"resident says": REPORTS[lang]},
        {"responder1 hears": "REPORT 1"},
        {"responder1 says": "1"},
        {"responder1 hears": "1 is yours"},
        {"resident hears": clocked.say("raid_claimed", lang, time="")[-20:]},
    )
    taken = await clocked.one()
    assert taken.due - taken.claimed_at == claim_time(clocked.settings)
    assert (await clocked.next_step())["type"] == "news_asked"
    await scene.play(
        {"responder1 hears": clocked.say("page_news", "en", id="1")}, {"resident hears nothing": None}
    )
    assert (await clocked.one()).due - clocked.now() <= escalation.NEWS_WAIT
    assert (await clocked.next_step())["type"] == "released"
    await scene.play(
        {"responder1 hears": clocked.say("page_passed", "en", id="1")},
        {"resident hears": clocked.say("raid_released", lang)},
        {"responder2 hears": "1 queda libre"},
        {"responder1 hears not": "free again"},
        {"responder2 says": "1"},
        {"responder2 hears": "1 es suyo"},
    )
    assert (await clocked.one()).claimed_by == "responder2"


async def test_news_in_time_keeps_the_report_with_its_holder(clocked: ClockedLine, scene: Scene) -> None:
    await scene.play(
        {"resident says": REPORTS["en"]},
        {"responder1 hears": "REPORT 1"},
        {"responder1 says": "1"},
        {"responder1 hears": "1 is yours"},
        {"clock moves": claim_time(clocked.settings)},
        {"responder1 hears": clocked.say("page_news", "en", id="1")},
        {"responder1 says": "ONSCENE"},
        {"responder1 hears": "1 noted"},
        {"clock moves": claim_time(clocked.settings) - MINUTE},
    )
    kept = await clocked.one()
    assert (kept.state, kept.claimed_by) == ("onscene", "responder1")


@both_languages
async def test_a_holder_who_texts_anything_keeps_the_report_and_the_reporter_hears_of_no_letting_go(
    clocked: ClockedLine, scene: Scene, lang: str
) -> None:
    await scene.play(
        {"resident says": REPORTS[lang]},
        {"responder1 hears": "REPORT 1"},
        {"responder1 says": "1"},
        {"responder1 hears": "1 is yours"},
        {"clock moves": claim_time(clocked.settings)},
        {"responder1 hears": clocked.say("page_news", "en", id="1")},
        {"responder1 says": "still here, watching them"},
        {"resident hears": "still here, watching them"},
        {"clock moves": escalation.NEWS_WAIT},
        {"resident hears not": clocked.say("raid_released", lang)},
    )
    assert (await clocked.one()).claimed_by == "responder1"
    await scene.play({"responder1 says": "ENDED"}, {"resident hears": clocked.say("raid_ended", lang)[:20]})


@both_languages
async def test_after_three_rounds_organizers_are_reminded_and_after_six_hours_all_are_told_the_end(
    clocked: ClockedLine, scene: Scene, lang: str
) -> None:
    """Every step of all that in its time; then nothing any more."""
    await scene.play({"resident says": REPORTS[lang]}, {"responder1 hears": "REPORT 1"})
    opened = (await clocked.one()).opened_at
    made = [(await clocked.next_step())["type"] for _ in range(2 * escalation.ROUNDS - 1)]
    assert made == ["paged"] * len(made)
    while (event := await clocked.next_step())["type"] == "reminded":
        await scene.play({"organizer1 hears": clocked.say("nobody_took", "en", id="1")})
        assert (await clocked.one()).due - clocked.now() <= escalation.REMINDER
    assert event["type"] == "expired"
    assert escalation.GIVE_UP < clocked.now() - opened < escalation.GIVE_UP + escalation.REMINDER + MINUTE
    await scene.play(
        {"resident hears": clocked.say("raid_unable", lang)},
        *({f"{who} hears": "1: could not be checked"} for who in ("responder1", "organizer1", "organizer2")),
        {"clock moves": 12 * 3600.0},
        {"responder1 hears nothing": None},
        {"organizer1 hears nothing": None},
    )
    nobody = [body for body in await scene.read("resident") if "911" in body]
    assert nobody == [clocked.say("raid_safety", lang), clocked.say("raid_nobody", lang, partner="")]


async def test_who_lets_go_after_all_rounds_sets_everybody_else_off_again(
    clocked: ClockedLine, scene: Scene
) -> None:
    """A late PASS must not leave the report to reminders alone."""
    await scene.play({"resident says": REPORTS["en"]}, {"responder1 hears": "REPORT 1"})
    while (await clocked.next_step())["type"] != "reminded":
        pass
    await scene.play(
        {"organizer1 says": "TAKE 1"},
        {"organizer1 hears": "1 is yours"},
        {"organizer1 says": "PASS"},
        {"organizer1 hears": "off you"},
        {"responder1 hears": "1 is free again"},
        {"responder2 hears": "1 queda libre"},
    )


async def test_the_auditor_repairs_a_report_whose_timer_is_gone_within_a_minute(
    clocked: ClockedLine, scene: Scene
) -> None:
    """By the worker's own loop, which looks every ten seconds whose turn it is; it raises an alarm, too."""
    await scene.play({"resident says": REPORTS["en"]}, {"responder1 hears": "REPORT 1"})
    alarms = metrics.UNGUARDED._value.get()
    redis = clocked.runtime.store.redis
    await redis.zrem(keys.incidents_due, "1")
    await redis.delete(HOUSEKEEPING)  # the last minute is over

    async def repaired() -> bool:
        return "repaired" in await clocked.events()

    await wait_until(repaired, 15, "the repair")
    await clocked.settled()
    assert 0 < await redis.ttl(HOUSEKEEPING) < MINUTE, "the next look is within a minute"
    assert metrics.UNGUARDED._value.get() == alarms + 1
    assert await redis.zscore(keys.incidents_due, "1") == pytest.approx(
        (await clocked.one()).due * 1000, abs=1
    )


async def test_a_timer_of_an_older_state_does_nothing_and_is_put_right(
    clocked: ClockedLine, scene: Scene
) -> None:
    await scene.play(
        {"resident says": REPORTS["en"]},
        {"responder1 hears": "REPORT 1"},
        {"responder1 says": "1"},
        {"responder1 hears": "1 is yours"},
    )
    await clocked.settled()
    before = await clocked.one()
    await clocked.runtime.store.redis.zadd(keys.incidents_due, {"1": 0})
    await clocked.wake()
    await clocked.settled()
    assert await clocked.one() == before
    assert await clocked.runtime.store.redis.zscore(keys.incidents_due, "1") == pytest.approx(
        before.due * 1000
    )


@both_languages
async def test_a_reporter_who_does_not_answer_is_recorded_as_silent_and_the_responder_told(
    clocked: ClockedLine, scene: Scene, lang: str
) -> None:
    await scene.play(
        {"resident says": REPORTS[lang]},
        {"resident hears": clocked.say("raid_now", lang)},
        {"responder1 hears": "REPORT 1"},
        {"clock moves": no_answer.WAIT + 1},
    )
    await clocked.minute()
    await clocked.minute()
    silent = [event for event in await clocked.log() if event["type"] == "silent"]
    assert [event["details"] for event in silent] == [{"question": "now"}]
    heard = await scene.read("responder1")
    assert heard.count(clocked.say("page_silent", "en", id="1")) == 1
    await scene.play(
        {"resident says": "1"},
        {"resident hears": clocked.say("raid_count", lang)},
        {"responder1 hears": "happening now"},
    )


@both_languages
async def test_a_witness_hears_by_the_clock_what_became_of_the_first_report(
    clocked: ClockedLine, scene: Scene, lang: str
) -> None:
    """Taken, let go by silence, and over: each once, and nobody was paged for the witness."""
    await scene.play(
        {"resident says": REPORTS["en"]},
        {"responder1 hears": "REPORT 1"},
        {"resident2 says": REPORTS[lang]},
        {"resident2 hears": clocked.say("raid_safety", lang)},
        {"responder1 hears": "One more report near 1 (2)"},
        {"responder1 says": "1"},
        {"responder1 hears": "1 is yours"},
        {"resident2 hears": clocked.say("raid_claimed", lang, time="")[-20:]},
        {"clock moves": claim_time(clocked.settings)},
        {"clock moves": escalation.NEWS_WAIT},
        {"resident2 hears": clocked.say("raid_released", lang)},
        {"responder2 says": "TAKE 2"},
        {"responder2 hears": "1 es suyo"},
        {"responder2 says": "ENDED"},
        {"resident2 hears": clocked.say("raid_ended", lang)},
    )
    assert await clocked.events("2") == ["opened", "linked", *["followed"] * 4]
    assert not (await clocked.one("2")).live


async def test_a_witness_whose_news_was_lost_looks_again_by_itself(
    clocked: ClockedLine, scene: Scene
) -> None:
    await scene.play(
        {"resident says": REPORTS["en"]},
        {"responder1 hears": "REPORT 1"},
        {"resident2 says": REPORTS["es"]},
        {"responder1 hears": "One more report near 1 (2)"},
    )
    await clocked.settled()
    ahead = (clocked.now() + witnesses.FOLLOW - 1) * 1000
    await scene.play({"responder1 says": "1"}, {"responder1 hears": "1 is yours"})
    await clocked.settled()
    follow = await clocked.runtime.store.redis.zscore(keys.incidents_due, "2")
    assert follow is not None
    assert follow >= ahead, "it is looked at again within a minute, whatever happens"


async def test_when_a_report_is_given_up_its_witnesses_do_not_page_everybody_anew(
    clocked: ClockedLine, scene: Scene
) -> None:
    await scene.play(
        {"resident says": REPORTS["en"]},
        {"responder1 hears": "REPORT 1"},
        {"resident2 says": REPORTS["es"]},
        {"responder1 hears": "One more report near 1 (2)"},
    )
    while (await clocked.next_step())["type"] != "expired":
        pass
    await scene.play({"resident2 hears": clocked.say("raid_unable", "es")})
    assert [one.id for one in await clocked.runtime.incidents.open_ones()] == []


async def test_a_report_in_the_tray_pages_by_itself_after_five_minutes(
    clocked: ClockedLine, scene: Scene
) -> None:
    words = "help ice raid everywhere come quick everybody run"
    for number in range(1, 4):
        await scene.play({f"resident{number} says": words}, {"responder1 hears": f"REPORT {number}"})
    await scene.play(
        {"resident4 says": words},
        {"resident4 hears": clocked.say("raid_safety", "en")},
        {"organizer1 hears": ["Report 4 waits in the side tray", "same words"]},
        {"responder1 hears not": "REPORT 4"},
    )
    waiting = await clocked.one("4")
    assert waiting.due - waiting.opened_at == pytest.approx(witnesses.TRAY_WAIT, abs=2)
    assert (await clocked.next_step("4"))["type"] == "paged"
    await scene.play({"responder1 hears": "REPORT 4"}, {"responder2 hears": "AVISO 4"})
    assert not (await clocked.one("4")).tray


async def test_the_policy_of_a_report_begins_when_it_leaves_the_tray(
    clocked: ClockedLine, scene: Scene
) -> None:
    """Not when it opened: a suspect report does not page everybody and the organizers at once."""
    words = "help ice raid everywhere come quick everybody run"
    await scene.play({"responder2 says": "OFF"}, {"responder2 hears": clocked.say("staff_off", "es")})
    for number in range(1, 4):
        await scene.play({f"resident{number} says": words}, {"responder1 hears": f"REPORT {number}"})
    await scene.play(
        {"resident4 says": words}, {"organizer1 hears": ["Report 4 waits in the side tray", "same words"]}
    )
    left = await clocked.next_step("4")
    assert left["details"] == {"handles": "responder1"}
    paging = await clocked.one("4")
    assert paging.due - clocked.now() == pytest.approx(120, abs=2), "the next step in its own time"
    assert (await clocked.next_step("4"))["details"] == {"handles": "responder2"}
    assert (await clocked.next_step("4"))["details"] == {"handles": "organizer1,organizer2"}


async def test_the_partners_phone_gets_a_text_that_says_what_where_and_when(
    clocked: ClockedLine, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = clocked.runtime.library
    monkeypatch.setattr(library, "city", library.city.model_copy(update={"partner_line": "860-555-0188"}))
    await scene.play({"resident says": REPORTS["es"]}, {"responder1 hears": "REPORT 1"})
    one = await clocked.one()
    policy = (*one.policy, {"who": "partner", "after_seconds": 420})
    await clocked.runtime.incidents.change(
        "1", lambda found: Change(replace(found, policy=policy), "repaired")
    )
    while not (heard := await clocked.received("+18605550188")):
        await clocked.next_step()
    assert len(heard) == 1
    for part in ("Santuario Hartford", "120 Park Street", library.city.clock(one.opened_at), "se llevan"):
        assert part in heard[0]
    assert (await clocked.one()).state == "paging", "a partner that was told has not claimed it"
    await scene.play(
        {"resident hears": clocked.say("raid_nobody", "es", partner="860-555-0188")},
        {"organizer1 hears": clocked.say("nobody_took", "en", id="1")},
    )

"""What may be drafted and approved: alerts from confirmed reports, words that promise nothing, two people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hotline.broadcasts import approval, drafting, freeze, texts
from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts.drafting import DraftRequest
from hotline.refusal import Reason, Refused
from hotline.settings import ROOT
from hotline.store import keys
from tests.stage.office import HOUR

if TYPE_CHECKING:
    from hotline.content import Library
    from tests.stage.office import Office

REASON = "three callers we know saw it, no responder is free"


def alert(**more: str) -> DraftRequest:
    return replace(DraftRequest("organizer1", "alert", HOUR), **more)  # pyright: ignore[reportArgumentType] - texts only


async def nothing_was_kept(office: Office) -> bool:
    return not await office.store.redis.exists(keys.broadcasts_all, keys.broadcasts_sending)


# -- from a confirmed report


async def test_an_alert_takes_place_time_and_zone_from_its_report(office: Office) -> None:
    id_ = await office.report("confirmed", zone="frog_hollow")
    one = await office.drafted(alert(incident=id_))
    assert one.zone == "frog_hollow"
    assert set(one.texts) == {"en", "es", "pt", "ht"}
    for text in one.texts.values():
        assert "120 Park Street" in text
        assert "11:00 am" in text
        assert one.code in text
        assert "STOP" in text


@pytest.mark.parametrize("states", [(), ("onway",), ("confirmed", "false_alarm"), ("unable",)])
async def test_what_is_not_confirmed_becomes_no_alert(office: Office, states: tuple[str, ...]) -> None:
    id_ = await office.report(*states)
    with pytest.raises(Refused, match=Reason.UNCONFIRMED):
        await office.drafted(alert(incident=id_))
    assert await nothing_was_kept(office)


async def test_a_report_without_a_place_becomes_no_alert_by_itself(office: Office) -> None:
    id_ = await office.report("confirmed", place="")
    with pytest.raises(Refused, match=Reason.NO_PLACE):
        await office.drafted(alert(incident=id_))


async def test_what_was_confirmed_at_the_draft_must_still_be_so_at_the_approval(office: Office) -> None:
    await office.sign_up(2)
    id_ = await office.report("confirmed")
    one = await office.drafted(alert(incident=id_))
    await office.told(id_, "false_alarm")
    with pytest.raises(Refused, match=Reason.UNFOUNDED):
        await office.approve(one.id)
    assert (await office.state(one.id), await office.waiting()) == ("draft", 0)


async def test_an_alert_drafted_while_it_went_on_is_not_approved_once_it_is_over(office: Office) -> None:
    await office.sign_up(2)
    id_ = await office.report("confirmed")
    one = await office.drafted(alert(incident=id_))
    office.now += 60
    await office.told(id_, "ended")
    with pytest.raises(Refused, match=Reason.UNFOUNDED):
        await office.approve(one.id)
    assert (await office.state(one.id), await office.waiting()) == ("draft", 0)


# -- without one


@pytest.mark.parametrize("why", ["", "because"])
async def test_an_alert_without_a_report_needs_a_reason(office: Office, why: str) -> None:
    with pytest.raises(Refused, match=Reason.UNCONFIRMED):
        await office.drafted(alert(override=why))
    assert await nothing_was_kept(office)


async def test_an_alert_without_a_report_needs_two_who_stand_for_it(office: Office) -> None:
    await office.sign_up(1)
    one = await office.drafted(
        DraftRequest("organizer1", "alert", HOUR, {"en": "Vans at the park."}, override=REASON)
    )
    with pytest.raises(Refused, match=Reason.NEEDS_TWO):
        await office.approve(one.id)
    assert await office.state(one.id) == "draft"
    assert (await office.approve(one.id, override=True)).state == "sending"
    log = await broadcasts.history(office.store, one.id)
    assert [(event["by"], event["what"], event["why"]) for event in log] == [
        ("organizer1", "draft", REASON),
        ("organizer2", "approve", REASON),
    ]


# -- words


@pytest.mark.parametrize(
    "said",
    [
        "They cannot come in.",
        "Call 860-555-9999 now.",
        "See https://bit.ly/x1 for more.",
        "Look at raids-map.com today",
        "word " * 120,
    ],
)
async def test_no_broadcast_promises_or_names_what_nobody_checked(office: Office, said: str) -> None:
    with pytest.raises(Refused):
        await office.drafted(DraftRequest("organizer1", "news", HOUR, {"en": said}))
    assert await nothing_was_kept(office)


async def test_our_own_number_and_the_directory_may_be_named(office: Office) -> None:
    said = "Meeting at six. Questions: 860-541-5000 or +18605550100."
    assert (await office.drafted(DraftRequest("organizer1", "news", HOUR, {"en": said}))).state == "draft"


def test_each_ready_alert_is_one_segment_at_a_usual_place(library: Library) -> None:
    for lang in library.city.languages:
        for text in (
            library.say("alert_raid", lang, place="120 Park Street", time="11:40 pm"),
            *(library.say(f"closing_{reason}", lang) for reason in texts.CLOSINGS),
        ):
            framed = texts.framed(library, {lang: text}, "482")[lang]
            assert texts.cost(lang, framed, 1, ROOT / "content").segments == 1, framed


# -- the second person


async def test_a_drill_goes_through_everything_and_sends_nothing(office: Office) -> None:
    people = await office.sign_up(3)
    one = await office.drafted(DraftRequest("organizer1", "news", HOUR, {"en": "Hello."}, drill=True))
    after = await office.approve(one.id, "organizer1")
    assert (after.state, after.receipts, after.total) == ("sent", {"drill": len(people)}, 3)
    assert await office.deliver() == []
    assert await office.waiting() == 0
    assert not await office.store.redis.exists(keys.broadcast_todo(one.id))


async def test_nothing_is_approved_while_alerts_are_frozen_but_the_ready_notice(office: Office) -> None:
    await office.sign_up(1)
    one, ready = (
        await office.draft(),
        await drafting.notice(office.store, office.library, "organizer1", office.now),
    )
    await office.store.commit(freeze.freeze("organizer1", office.now))
    with pytest.raises(Refused, match=Reason.FROZEN):
        await office.approve(one.id)
    assert (await office.approve(ready.id)).state == "sending"
    await office.store.commit(freeze.unfreeze("organizer1", office.now))
    assert (await office.approve(one.id)).state == "sending"


async def test_a_day_has_a_most_of_broadcasts_and_a_new_day_begins_anew(office: Office) -> None:
    few = office.settings.model_copy(update={"broadcasts_per_day": 2})

    async def approved() -> str:
        one = await office.draft(lasts=100 * HOUR)
        after = await approval.approve(office.store, office.library, few, one.id, "organizer2", office.now)
        return after.state

    assert [await approved(), await approved()] == ["sending"] * 2
    with pytest.raises(Refused, match=Reason.DAY_FULL):
        await approved()
    office.now += 24 * HOUR
    assert await approved() == "sending"

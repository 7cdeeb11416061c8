"""The closing text: to exactly the people who got the alert, and a reminder until it is sent."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from hotline.broadcasts import audience, closing, verification
from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts.drafting import DraftRequest
from hotline.privacy import retention
from hotline.refusal import Reason, Refused
from hotline.store import keys
from tests.stage.office import HOUR

if TYPE_CHECKING:
    from hotline.broadcasts.broadcast import Broadcast
    from tests.stage.office import Office


async def an_alert(office: Office) -> tuple[str, Broadcast]:
    """A confirmed report and its alert, approved."""
    id_ = await office.report("confirmed")
    one = await office.drafted(DraftRequest("organizer1", "alert", HOUR, incident=id_))
    return id_, await office.approve(one.id)


async def close(office: Office, id_: str, reason: str = "left", **more: object) -> Broadcast:
    return await closing.close(
        office.store, office.library, office.settings, id_, now=office.now, by="organizer1", reason=reason,
        **more,  # pyright: ignore[reportArgumentType] - texts only
    )  # fmt: skip


async def accepted(office: Office, ids: list[str]) -> None:
    for id_ in ids:
        await office.box.accepted(id_, f"SM{id_}")


async def nagged(office: Office) -> int:
    return await closing.nag(office.incidents, office.vault, office.library, office.now)


async def test_exactly_those_who_got_the_alert_are_told_that_it_is_over(office: Office) -> None:
    people = await office.sign_up(6)
    _, one = await an_alert(office)
    await office.delivery.feed()
    got = [(await office.box.take(office.now + place)).id for place in range(3)]
    await accepted(office, got)
    last = await close(office, one.id)
    assert (await office.state(one.id), last.state, last.closes) == ("closed", "waiting", one.id)
    later = await office.deliver()
    assert Counter(later) == Counter(f"b{last.id}:{id_.partition(':')[2]}" for id_ in got)
    assert len(people) == len(await office.ledger(one.id))
    assert await office.state(last.id) == "sent"


async def test_each_is_told_in_their_language_which_alert_is_over(office: Office) -> None:
    (person,) = await office.sign_up(1, lang="es")
    _, one = await an_alert(office)
    await accepted(office, await office.deliver())
    last = await close(office, one.id, "false")
    for _ in range(2):  # first the list, then its texts
        await office.delivery.feed()
    fields = await office.box.read(f"b{last.id}:{person}")
    words = office.vault.open(fields["body"])
    assert one.code in words
    assert "No eran agentes" in words


async def test_an_alert_that_reached_nobody_is_closed_without_a_text(office: Office) -> None:
    _, one = await an_alert(office)
    await office.deliver()
    assert (await close(office, one.id)).id == one.id
    assert await office.state(one.id) == "closed"


@pytest.mark.parametrize("state", ["draft", "closed", "cancelled"])
async def test_what_is_not_out_cannot_be_closed(office: Office, state: str) -> None:
    one = await office.draft()
    if state == "closed":
        await office.approve(one.id)
        await close(office, one.id)
    if state == "cancelled":
        await office.move(one.id, "cancel")
    with pytest.raises(Refused, match=Reason.BROADCAST_IS):
        await close(office, one.id)


async def test_everybody_is_told_how_it_ended_as_long_as_the_alert_is_kept(office: Office) -> None:
    """Nobody hears "everybody is told" of people whose numbers we do not know any more."""
    await office.sign_up(3)
    _, one = await an_alert(office)
    await accepted(office, await office.deliver())
    kept = await office.store.redis.ttl(keys.broadcast(one.id))
    for part in ("people", "ledger", "counts"):
        assert await office.store.redis.ttl(keys.broadcast(f"{one.id}:{part}")) >= kept - 5, part


async def test_an_alert_to_people_who_asked_to_be_forgotten_is_closed_without_a_text(office: Office) -> None:
    (person,) = await office.sign_up(1)
    _, one = await an_alert(office)
    await accepted(office, await office.deliver())
    await office.store.commit(await retention.forget(office.store, person))
    now = await broadcasts.load(office.store, one.id)
    assert (now.total, now.waiting, now.reached, now.langs) == (0, 0, 0, {})
    assert (await close(office, one.id)).id == one.id, "nobody is left to be told"


OVER = {"en": "They drove away to the highway."}


async def got(office: Office) -> Broadcast:
    """An alert that three people got."""
    await office.sign_up(3)
    _, one = await an_alert(office)
    await accepted(office, await office.deliver())
    return one


async def test_own_words_leave_only_when_another_organizer_sends_them(office: Office) -> None:
    one = await got(office)
    draft = await close(office, one.id, "", texts=OVER)
    assert (draft.state, draft.kind, draft.closes, draft.approved_by) == ("draft", "closing", one.id, "")
    assert await office.deliver() == []
    assert await office.state(one.id) == "sent", "it is open until somebody else says so"
    with pytest.raises(Refused, match=Reason.OWN_DRAFT):
        await office.approve(draft.id, "organizer1")
    assert await office.deliver() == []
    after = await office.approve(draft.id, "organizer2")
    assert (after.state, after.approved_by, after.total) == ("waiting", "organizer2", 3)
    assert await office.state(one.id) == "closed"
    assert len(await office.deliver()) == 3
    log = await broadcasts.history(office.store, draft.id)
    assert [(event["by"], event["what"]) for event in log][:2] == [
        ("organizer1", "draft"), ("organizer2", "approve"),
    ]  # fmt: skip


async def test_ready_words_need_one_organizer_and_nobody_is_said_to_have_approved(office: Office) -> None:
    one = await got(office)
    last = await close(office, one.id, "left")
    assert (last.state, last.approved_by) == ("waiting", "")
    assert "approve" not in [event["what"] for event in await broadcasts.history(office.store, last.id)]


async def test_of_two_closing_texts_one_is_sent(office: Office) -> None:
    one = await got(office)
    first, second = [await close(office, one.id, "", texts=OVER) for _ in range(2)]
    await office.approve(first.id)
    with pytest.raises(Refused, match=Reason.BROADCAST_IS):
        await office.approve(second.id)
    assert len(await office.deliver()) == 3


async def test_a_closing_draft_shows_whom_it_would_reach(office: Office) -> None:
    one = await got(office)
    draft = await close(office, one.id, "", texts=OVER)
    found = await audience.preview(office.store, office.library.city, office.settings, draft, office.now)
    assert (found.people, found.missing, found.by_lang["en"].people) == (3, {}, 3)


async def test_nobody_hears_the_words_of_a_closing_draft_by_asking(office: Office) -> None:
    one = await got(office)
    await close(office, one.id, "", texts=OVER)
    assert await verification.ending_of(office.store, one) is None


async def test_words_of_another_language_are_refused_as_in_a_draft(office: Office) -> None:
    one = await got(office)
    english = {"en": "They drove away to the highway.", "es": "They drove away to the highway."}
    for work in (
        lambda: close(office, one.id, "", texts=english),
        lambda: office.drafted(DraftRequest("organizer1", "news", HOUR, english)),
    ):
        with pytest.raises(Refused, match=Reason.WORDS_LANGUAGE):
            await work()


@pytest.mark.parametrize(
    ("kind", "reason", "why"),
    [
        ("event", "left", Reason.ENDING_EVENT),
        ("event", "false", Reason.ENDING_EVENT),
        ("event", "unable", Reason.ENDING_EVENT),
        ("news", "false", Reason.ENDING_NEWS),
        ("news", "cancelled", Reason.ENDING_NEWS),
        ("alert", "cancelled", Reason.ENDING_ALERT),
        ("event", "", Reason.ENDING_EVENT),
    ],
)
async def test_an_ending_that_does_not_fit_is_refused_with_what_fits(
    office: Office, kind: str, reason: str, why: Reason
) -> None:
    await office.sign_up(1)
    report_ = await office.report("confirmed") if kind == "alert" else ""
    texts = {} if report_ else {"en": "The clinic is open at six."}
    one = await office.drafted(DraftRequest("organizer1", kind, HOUR, texts, incident=report_))
    await office.approve(one.id)
    await accepted(office, await office.deliver())
    with pytest.raises(Refused, match=why):
        await close(office, one.id, reason)
    assert await office.state(one.id) == "sent"


async def test_a_meeting_that_is_cancelled_is_told_to_its_people_as_such(office: Office) -> None:
    (person,) = await office.sign_up(1, lang="es")
    one = await office.drafted(DraftRequest("organizer1", "event", HOUR, {"es": "Reunion a las seis."}))
    await office.approve(one.id)
    await accepted(office, await office.deliver())
    last = await close(office, one.id, "cancelled")
    for _ in range(2):
        await office.delivery.feed()
    words = office.vault.open((await office.box.read(f"b{last.id}:{person}"))["body"])
    assert one.code in words
    assert "cancel" in words
    assert "alerta" not in words.partition(":")[0]
    assert "agentes" not in words


async def test_own_words_must_be_there_in_every_language_of_the_people(office: Office) -> None:
    await office.sign_up(1)
    await office.sign_up(1, lang="pt", first=1)
    _, one = await an_alert(office)
    await accepted(office, await office.deliver())
    with pytest.raises(Refused, match=Reason.TEXT_MISSING):
        await close(office, one.id, "", texts={"en": "It is over."})
    assert await office.state(one.id) == "sent"


async def test_organizers_are_reminded_until_the_alert_is_closed(office: Office) -> None:
    await office.sign_up(1)
    id_, one = await an_alert(office)
    await accepted(office, await office.deliver())
    assert await nagged(office) == 0
    await office.told(id_, "ended")
    assert await nagged(office) == 1
    assert await nagged(office) == 0
    office.now += closing.NAG
    assert await nagged(office) == 1
    bodies = [
        office.vault.open((await office.box.read(str(id_)))["body"])
        for id_ in await office.store.redis.zrange(keys.outbox("hotline"), 0, -1)
        if "nag" in str(id_)
    ]
    assert len(bodies) == 4
    assert all(f"CLOSE {one.code}" in body for body in bodies)
    await close(office, one.id)
    office.now += closing.NAG
    assert await nagged(office) == 0


async def test_an_alert_whose_report_is_false_is_held_while_it_is_being_sent(office: Office) -> None:
    await office.sign_up(3)
    id_, one = await an_alert(office)
    await closing.hold_unfounded(office.store, office.now)
    assert await office.state(one.id) == "sending"
    await office.told(id_, "false_alarm")
    await closing.hold_unfounded(office.store, office.now)
    held = await broadcasts.load(office.store, one.id)
    assert (held.state, held.held) == ("paused", "report")
    await office.move(one.id, "resume")
    await closing.hold_unfounded(office.store, office.now)
    assert await office.state(one.id) == "sending", "a person decided otherwise"


async def test_an_alert_of_a_raid_that_was_over_before_the_draft_is_sent(office: Office) -> None:
    await office.sign_up(1)
    id_ = await office.report("confirmed", "ended")
    one = await office.drafted(DraftRequest("organizer1", "alert", HOUR, incident=id_))
    await office.approve(one.id)
    await closing.hold_unfounded(office.store, office.now)
    assert await office.state(one.id) == "sending"


async def test_an_alert_whose_report_ends_while_it_is_being_sent_is_held(office: Office) -> None:
    await office.sign_up(3)
    id_, one = await an_alert(office)
    office.now += 60
    await office.told(id_, "ended")
    await closing.hold_unfounded(office.store, office.now)
    assert await office.state(one.id) == "paused"

"""What a reporter texts reaches everybody it is owed to, whatever it begins with and however long it is."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
from hypothesis import HealthCheck, assume, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from hotline.conversation.responders.show import AT_ONCE
from hotline.incidents import witnesses
from hotline.messaging.asked import ReportDetail, ReportPart
from hotline.messaging.contacts import load_person, save_person
from hotline.privacy.redaction import mask
from hotline.refusal import Reason, Refused
from hotline.staff.roster import add_staff, set_on_call
from hotline.store import keys
from hotline.text.segments import count, plainer
from hotline.understanding.commands import check_command, resident_command

if TYPE_CHECKING:
    from hotline.incidents.incident import Change, Incident
    from tests.stage.stage import Stage

MARKED: Final = ("@ the corner store", "#4 apartment", "@", "#", "#state_opened", "@1700", "@nan")


@pytest.fixture
async def stage(stage: Stage) -> Stage:
    """Rita and sol, who reads Spanish, respond; ana organizes."""
    await stage.joins("sol", "es")
    return stage


async def asked(stage: Stage, who: str, about: ReportPart) -> None:
    """The line has asked a reporter this last."""
    person = await load_person(stage.store, stage.vault.pseudonym(stage.numbers[who]))
    await stage.store.commit(save_person(replace(person, asked=ReportDetail(about=about))))


async def shown(stage: Stage, handle: str, report: str) -> str:
    """All that SHOW answers with, text after text, as one."""
    lang = (await stage.incidents.roster()).by_handle[handle].lang
    found, place = "", 1
    while place:
        said = await stage.says(handle, f"SHOW {report} {place}")
        following = place + AT_ONCE
        more = "\n" + stage.library.say("show_more", lang, id=report, next=following)
        place = following if said.endswith(more) else 0
        found += re.sub(rf"(?:^|\n){report} \(\d+\) ", "", said.removesuffix(more))
    return found


@pytest.mark.parametrize("text", MARKED)
async def test_a_text_that_begins_with_at_or_number_sign_reaches_whoever_works_on_the_report(
    stage: Stage, text: str
) -> None:
    report = await stage.reported("mia", "ICE is here, 120 Park Street")
    await stage.says("rita", "1")
    await stage.says("sol", f"BACKUP {report}")
    assert "Noted" not in await stage.says("mia", text), "who has it answers, the line keeps quiet"
    assert (await stage.hears("rita")).splitlines()[-1] == f"{report}: {text}"
    assert (await stage.hears("sol")).splitlines()[-1] == f"{report}: {text}"


@pytest.mark.parametrize("text", MARKED)
async def test_the_words_of_a_second_witness_reach_whoever_has_the_report(stage: Stage, text: str) -> None:
    await stage.reported("mia", "ICE is here, 120 Park Street")
    await stage.says("rita", "1")
    await stage.reported("leo", text)
    assert text in await stage.hears("rita")


async def test_a_yes_to_a_question_is_read_in_the_readers_own_language(stage: Stage) -> None:
    """Not as English words of the program."""
    report = await stage.reported("mia", "ICE is here, 120 Park Street")
    await stage.says("rita", "1")
    await stage.says("sol", f"BACKUP {report}")
    await asked(stage, "mia", "now")
    await stage.says("mia", "1")
    assert (await stage.hears("rita")).splitlines()[
        -1
    ] == f"{report}: {stage.library.say('answer_now', 'en')}"
    assert (await stage.hears("sol")).splitlines()[-1] == f"{report}: {stage.library.say('answer_now', 'es')}"
    await asked(stage, "mia", "taken")
    await stage.says("mia", "1")
    assert "alguien" in await stage.hears("sol")


@pytest.mark.parametrize("handle", ["reporter", "partner", "line", "Reporter"])
async def test_nobody_is_called_what_stands_for_the_reporter(stage: Stage, handle: str) -> None:
    """A page for a volunteer of that name would go to the reporter."""
    with pytest.raises(Refused, match=Reason.HANDLE_RESERVED):
        await add_staff(
            stage.store, stage.vault, handle=handle, number="+18605550137", role="responder", languages=()
        )
    stage.numbers["mia"] = "+18605550171"
    assert "is taken" in await stage.says("mia", f"VOLUNTEER {handle}")


LONG: Final = ("ICE is here, four men in green vests and a white van are taking people to the bus " * 20)[
    :1600
]


async def bodies(stage: Stage, handle: str) -> list[str]:
    """Everything that ever waited for a phone."""
    person, redis = stage.vault.pseudonym(stage.numbers[handle]), cast("Any", stage.store.redis)
    rows = [await redis.hgetall(key) async for key in redis.scan_iter(keys.out("*"))]
    return [stage.vault.open(row["body"]) for row in rows if row["person"] == person]


async def test_a_long_report_is_paged_in_three_segments_number_time_and_place_first(stage: Stage) -> None:
    report = await stage.reported("mia", LONG)
    page = await stage.hears("rita")
    assert count(page).count <= 3
    assert page.startswith(f"REPORT {report}, ")
    assert page.splitlines()[1] == "Where: 120 Park Street"
    assert f"... SHOW {report}" in page
    assert page.endswith(f"Reply 1 or TAKE {report}")
    assert LONG.strip() in await shown(stage, "rita", report)


async def test_a_long_place_leaves_room_for_everything_else(stage: Stage) -> None:
    report = await stage.reported("mia", "ICE is here", place="by the \U0001f3e0 " * 90)
    page = await stage.hears("rita")
    assert count(page).count <= 2
    assert "ICE is here" in page
    assert page.endswith(f"TAKE {report}")
    assert "by the by the" in await stage.says("rita", "1")


async def test_long_words_reach_a_spanish_responder_with_accents_left_out(stage: Stage) -> None:
    await stage.store.commit(set_on_call("sol", on=True))
    report = await stage.reported("mia", "están aquí, se llevan a mi mamá. " * 60)
    page = await stage.hears("sol")
    assert count(page).count <= 3
    assert len(page) > 400, "one accent would cost more than half of it"
    assert f"... VER {report}" in page
    assert f"{report} (1) Aviso {report}" in await stage.says("sol", f"VER {report}")


async def test_show_alone_means_the_report_one_works_on(stage: Stage) -> None:
    report = await stage.reported("mia", LONG)
    await stage.says("rita", "1")
    assert f"{report} (1) Report {report}" in await stage.says("rita", "show")
    assert "no report 99" in await stage.says("rita", "SHOW 99")
    assert await stage.says("mia", f"SHOW {report}") == "", "a reporter's words are read by the holder"


async def test_a_closed_report_is_shown_to_those_who_worked_on_it_only(stage: Stage) -> None:
    report = await stage.reported("mia", "ICE is here")
    await stage.says("rita", "1")
    await stage.says("rita", "FALSE")
    assert "ICE is here" in await shown(stage, "rita", report)
    assert "ICE is here" in await shown(stage, "ana", report)
    assert "ICE" not in await stage.says("sol", f"SHOW {report}")


async def test_who_comes_without_having_been_paged_reads_the_words(stage: Stage) -> None:
    report = await stage.reported("mia", LONG)
    assert f"... SHOW {report}" in await stage.says("ana", f"TAKE {report}")
    assert f"... VER {report}" in await stage.says("sol", f"BACKUP {report}")


STATES: Final = ("unclaimed", "claimed", "witness", "tray", "paged again")


def again_and_again(part: str, times: int) -> str:
    return (part * times)[:1600]


some_text = st.one_of(
    st.text(min_size=1, max_size=1600),
    st.builds("{}{}".format, st.sampled_from("@#"), st.text(max_size=1599)),
    st.builds(again_and_again, st.text(min_size=1, max_size=60), st.integers(1, 800)),
)


async def brought_to(stage: Stage, state: str, number: str) -> tuple[str, str, list[str]]:
    """An incident in a state: its number, whose text comes next, and who is to read that."""
    stage.numbers["mia"] = number
    report = await stage.reported("mia", "ICE is here")
    if state == "unclaimed":
        return report, "mia", ["rita"]
    if state == "tray":
        await stage.incidents.change(report, partial(_into_the_tray, now=stage.now))
        return report, "mia", ["ana", "beto", "carl"]
    await stage.says("rita", f"TAKE {report}")
    if state == "witness":
        await stage.reported("leo", "raid")
        return report, "leo", ["rita"]
    await stage.says("sol", f"BACKUP {report}")
    if state == "claimed":
        return report, "mia", ["rita", "sol"]
    await stage.says("rita", "PASS")
    await stage.incidents.tick()
    return report, "mia", ["rita", "sol"]


def _into_the_tray(one: Incident, now: float) -> Change:
    fresh = replace(one, state="opened", paged=(), run=(), step=0, looked_at=False)
    return witnesses.set_aside(fresh, "copied", ["ana", "beto", "carl"], now)


def holds(body: str, text: str, rest: str) -> bool:
    """Whether a text brings these words whole, or cut with the way to the rest."""
    if text in body or plainer(text) in body:
        return True
    return f"... {rest}" in body


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    text=some_text, state=st.sampled_from(STATES), channel=st.sampled_from(("", "whatsapp:", "messenger:"))
)
@example(text="@nan", state="claimed", channel="")
@example(text="#", state="witness", channel="whatsapp:")
@example(text=LONG, state="tray", channel="")
@example(text="\U0001f6a8" * 1600, state="paged again", channel="")
async def test_any_text_reaches_every_reader_it_is_owed_to(
    stage: Stage, text: str, state: str, channel: str
) -> None:
    """Whole, or cut with a way to the rest: at once, and in every page that follows."""
    masked = mask(text).strip()
    assume(masked and resident_command(masked) is None and check_command(masked) is None)
    await stage.store.redis.flushall()
    await stage.begin()
    await stage.joins("sol", "es")
    report, who, readers = await brought_to(stage, state, f"{channel}+18605550177")
    known = {handle: len(await bodies(stage, handle)) for handle in stage.numbers}
    await stage.says(who, text)
    for handle in readers:
        rest = stage.library.say("rest_how", "es" if handle in ("sol", "beto") else "en", id=report)
        fresh = await bodies(stage, handle)
        assert len(fresh) > known[handle], f"{handle} read nothing"
        assert any(holds(body, masked, rest) for body in fresh)
        assert all(count(body).count <= 3 for body in fresh)
        if not any(masked in body for body in fresh):
            whole = await shown(stage, handle, report)
            assert masked in whole or plainer(masked) in whole


async def test_a_long_question_for_a_person_is_read_whole(stage: Stage) -> None:
    """It was refused by the carrier, and whoever asked was told that we passed it on."""
    await stage.store.commit(set_on_call("rita", on=True))
    stage.numbers["mia"] = "+18605550177"
    question = ("my papers, my rent and my boss, what do I do about all of that? " * 30)[:1600].strip()
    await stage.says("mia", "PERSON")
    await stage.says("mia", question)
    page = await stage.hears("rita")
    assert count(page).count <= 3
    assert "... SHOW Q1\n" in page
    assert question in await shown(stage, "rita", "Q1")
    assert "No open question Q7" in await stage.says("rita", "SHOW Q7")


async def test_a_long_answer_of_a_person_arrives_whole(stage: Stage) -> None:
    report = await stage.reported("mia", "ICE is here")
    await stage.says("rita", "1")
    words = ("I see two cars and four people by the school, nobody has gone in so far. " * 30)[:1600].strip()
    await stage.hears("mia")
    await stage.says("rita", words)
    heard = await bodies(stage, "mia")
    told = [body.removeprefix("Responder: ") for body in heard if body.startswith("Responder: ")]
    assert len(told) > 1
    assert sorted(" ".join(told).split()) == sorted(words.split())
    assert all(len(body) <= 1600 for body in heard)
    assert report


async def test_a_long_answer_to_a_question_arrives_whole(stage: Stage) -> None:
    await stage.store.commit(set_on_call("rita", on=True))
    stage.numbers["mia"] = "+18605550177"
    await stage.says("mia", "PERSON")
    await stage.says("mia", "what do I do about my rent")
    words = ("first call the help line and then bring the letter with you please. " * 30)[:1590].strip()
    await stage.says("rita", f"Q1 {words}")
    heard = await bodies(stage, "mia")
    told = [body.removeprefix("From a person: ") for body in heard if body.startswith("From a person: ")]
    assert sorted(" ".join(told).split()) == sorted(words.split())
    assert all(len(body) <= 1600 for body in heard)

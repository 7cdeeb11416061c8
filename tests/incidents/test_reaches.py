"""What a reporter texts reaches everybody it is owed to, whatever it begins with and however long it is."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
from hypothesis import HealthCheck, assume, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from hotline.incidents import witnesses
from hotline.privacy.redaction import mask
from hotline.refusal import Reason, Refused
from hotline.staff.roster import add_staff, set_on_call
from hotline.store import keys
from hotline.text.segments import count, plainer
from hotline.understanding.commands import check_command, resident_command
from tests.stage.crew import Crew

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.incidents.incident import Change, Incident
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store

MARKED: Final = ("@ the corner store", "#4 apartment", "@", "#", "#state_opened", "@1700", "@nan")


@pytest.fixture
async def crew(store: Store, vault: Vault, library: Library, settings: Settings) -> Crew:
    """Rita and sol, who reads Spanish, respond; ana organizes."""
    opened = Crew(store, vault, library, settings)
    await opened.begin()
    await with_sol(opened)
    return opened


async def with_sol(crew: Crew) -> None:
    crew.numbers["sol"] = "+18605550136"
    await add_staff(
        crew.store, crew.vault, handle="sol", number="+18605550136", role="responder", languages=("es",)
    )


@pytest.mark.parametrize("text", MARKED)
async def test_a_text_that_begins_with_at_or_number_sign_reaches_whoever_works_on_the_report(
    crew: Crew, text: str
) -> None:
    report = await crew.reported("mia", "ICE is here, 120 Park Street")
    await crew.says("rita", "1")
    await crew.says("sol", f"BACKUP {report}")
    assert "Noted" not in await crew.says("mia", text), "who has it answers, the line keeps quiet"
    assert (await crew.hears("rita")).splitlines()[-1] == f"{report}: {text}"
    assert (await crew.hears("sol")).splitlines()[-1] == f"{report}: {text}"


@pytest.mark.parametrize("text", MARKED)
async def test_the_words_of_a_second_witness_reach_whoever_has_the_report(crew: Crew, text: str) -> None:
    await crew.reported("mia", "ICE is here, 120 Park Street")
    await crew.says("rita", "1")
    await crew.reported("leo", text)
    assert text in await crew.hears("rita")


async def test_a_yes_to_a_question_is_read_in_the_readers_own_language(crew: Crew) -> None:
    """Not as English words of the program."""
    report = await crew.reported("mia", "ICE is here, 120 Park Street")
    await crew.says("rita", "1")
    await crew.says("sol", f"BACKUP {report}")
    await crew.asked("mia", "now")
    await crew.says("mia", "1")
    assert (await crew.hears("rita")).splitlines()[-1] == f"{report}: {crew.library.say('answer_now', 'en')}"
    assert (await crew.hears("sol")).splitlines()[-1] == f"{report}: {crew.library.say('answer_now', 'es')}"
    await crew.asked("mia", "taken")
    await crew.says("mia", "1")
    assert "alguien" in await crew.hears("sol")


@pytest.mark.parametrize("handle", ["reporter", "partner", "line", "Reporter"])
async def test_nobody_is_called_what_stands_for_the_reporter(crew: Crew, handle: str) -> None:
    """A page for a volunteer of that name would go to the reporter."""
    with pytest.raises(Refused, match=Reason.HANDLE_RESERVED):
        await add_staff(
            crew.store, crew.vault, handle=handle, number="+18605550137", role="responder", languages=()
        )
    crew.numbers["mia"] = "+18605550171"
    assert "is taken" in await crew.says("mia", f"VOLUNTEER {handle}")


LONG: Final = ("ICE is here, four men in green vests and a white van are taking people to the bus " * 20)[
    :1600
]


async def bodies(crew: Crew, handle: str) -> list[str]:
    """Everything that ever waited for a phone."""
    person, redis = crew.vault.pseudonym(crew.numbers[handle]), cast("Any", crew.store.redis)
    rows = [await redis.hgetall(key) async for key in redis.scan_iter(keys.out("*"))]
    return [crew.vault.open(row["body"]) for row in rows if row["person"] == person]


async def test_a_long_report_is_paged_in_three_segments_number_time_and_place_first(crew: Crew) -> None:
    report = await crew.reported("mia", LONG)
    page = await crew.hears("rita")
    assert count(page).count <= 3
    assert page.startswith(f"REPORT {report}, ")
    assert page.splitlines()[1] == "Where: 120 Park Street"
    assert f"... SHOW {report}" in page
    assert page.endswith(f"Reply 1 or TAKE {report}")
    assert LONG.strip() in await crew.shown("rita", report)


async def test_a_long_place_leaves_room_for_everything_else(crew: Crew) -> None:
    report = await crew.reported("mia", "ICE is here", place="by the \U0001f3e0 " * 90)
    page = await crew.hears("rita")
    assert count(page).count <= 2
    assert "ICE is here" in page
    assert page.endswith(f"TAKE {report}")
    assert "by the by the" in await crew.says("rita", "1")


async def test_long_words_reach_a_spanish_responder_with_accents_left_out(crew: Crew) -> None:
    await crew.store.commit(set_on_call("sol", on=True))
    report = await crew.reported("mia", "están aquí, se llevan a mi mamá. " * 60)
    page = await crew.hears("sol")
    assert count(page).count <= 3
    assert len(page) > 400, "one accent would cost more than half of it"
    assert f"... VER {report}" in page
    assert f"{report} (1) Aviso {report}" in await crew.says("sol", f"VER {report}")


async def test_show_alone_means_the_report_one_works_on(crew: Crew) -> None:
    report = await crew.reported("mia", LONG)
    await crew.says("rita", "1")
    assert f"{report} (1) Report {report}" in await crew.says("rita", "show")
    assert "no report 99" in await crew.says("rita", "SHOW 99")
    assert await crew.says("mia", f"SHOW {report}") == "", "a reporter's words are read by the holder"


async def test_a_closed_report_is_shown_to_those_who_worked_on_it_only(crew: Crew) -> None:
    report = await crew.reported("mia", "ICE is here")
    await crew.says("rita", "1")
    await crew.says("rita", "FALSE")
    assert "ICE is here" in await crew.shown("rita", report)
    assert "ICE is here" in await crew.shown("ana", report)
    assert "ICE" not in await crew.says("sol", f"SHOW {report}")


async def test_who_comes_without_having_been_paged_reads_the_words(crew: Crew) -> None:
    report = await crew.reported("mia", LONG)
    assert f"... SHOW {report}" in await crew.says("ana", f"TAKE {report}")
    assert f"... VER {report}" in await crew.says("sol", f"BACKUP {report}")


STATES: Final = ("unclaimed", "claimed", "witness", "tray", "paged again")


def again_and_again(part: str, times: int) -> str:
    return (part * times)[:1600]


some_text = st.one_of(
    st.text(min_size=1, max_size=1600),
    st.builds("{}{}".format, st.sampled_from("@#"), st.text(max_size=1599)),
    st.builds(again_and_again, st.text(min_size=1, max_size=60), st.integers(1, 800)),
)


async def brought_to(crew: Crew, state: str, number: str) -> tuple[str, str, list[str]]:
    """An incident in a state: its number, whose text comes next, and who is to read that."""
    crew.numbers["mia"] = number
    report = await crew.reported("mia", "ICE is here")
    if state == "unclaimed":
        return report, "mia", ["rita"]
    if state == "tray":
        await crew.desk.change(report, partial(_into_the_tray, now=crew.now))
        return report, "mia", ["ana", "beto", "carl"]
    await crew.says("rita", f"TAKE {report}")
    if state == "witness":
        await crew.reported("leo", "raid")
        return report, "leo", ["rita"]
    await crew.says("sol", f"BACKUP {report}")
    if state == "claimed":
        return report, "mia", ["rita", "sol"]
    await crew.says("rita", "PASS")
    await crew.desk.tick()
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
    crew: Crew, text: str, state: str, channel: str
) -> None:
    """Whole, or cut with a way to the rest: at once, and in every page that follows."""
    masked = mask(text).strip()
    assume(masked and resident_command(masked) is None and check_command(masked) is None)
    await crew.store.redis.flushall()
    await crew.begin()
    await with_sol(crew)
    report, who, readers = await brought_to(crew, state, f"{channel}+18605550177")
    known = {handle: len(await bodies(crew, handle)) for handle in crew.numbers}
    await crew.says(who, text)
    for handle in readers:
        rest = crew.library.say("rest_how", "es" if handle in ("sol", "beto") else "en", id=report)
        fresh = await bodies(crew, handle)
        assert len(fresh) > known[handle], f"{handle} read nothing"
        assert any(holds(body, masked, rest) for body in fresh)
        assert all(count(body).count <= 3 for body in fresh)
        if not any(masked in body for body in fresh):
            shown = await crew.shown(handle, report)
            assert masked in shown or plainer(masked) in shown


async def test_a_long_question_for_a_person_is_read_whole(crew: Crew) -> None:
    """It was refused by the carrier, and whoever asked was told that we passed it on."""
    await crew.store.commit(set_on_call("rita", on=True))
    crew.numbers["mia"] = "+18605550177"
    question = ("my papers, my rent and my boss, what do I do about all of that? " * 30)[:1600].strip()
    await crew.says("mia", "PERSON")
    await crew.says("mia", question)
    page = await crew.hears("rita")
    assert count(page).count <= 3
    assert "... SHOW Q1\n" in page
    assert question in await crew.shown("rita", "Q1")
    assert "No open question Q7" in await crew.says("rita", "SHOW Q7")


async def test_a_long_answer_of_a_person_arrives_whole(crew: Crew) -> None:
    report = await crew.reported("mia", "ICE is here")
    await crew.says("rita", "1")
    words = ("I see two cars and four people by the school, nobody has gone in so far. " * 30)[:1600].strip()
    await crew.hears("mia")
    await crew.says("rita", words)
    heard = await bodies(crew, "mia")
    told = [body.removeprefix("Responder: ") for body in heard if body.startswith("Responder: ")]
    assert len(told) > 1
    assert sorted(" ".join(told).split()) == sorted(words.split())
    assert all(len(body) <= 1600 for body in heard)
    assert report


async def test_a_long_answer_to_a_question_arrives_whole(crew: Crew) -> None:
    await crew.store.commit(set_on_call("rita", on=True))
    crew.numbers["mia"] = "+18605550177"
    await crew.says("mia", "PERSON")
    await crew.says("mia", "what do I do about my rent")
    words = ("first call the help line and then bring the letter with you please. " * 30)[:1590].strip()
    await crew.says("rita", f"Q1 {words}")
    heard = await bodies(crew, "mia")
    told = [body.removeprefix("From a person: ") for body in heard if body.startswith("From a person: ")]
    assert sorted(" ".join(told).split()) == sorted(words.split())
    assert all(len(body) <= 1600 for body in heard)

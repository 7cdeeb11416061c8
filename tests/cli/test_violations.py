"""`hotline violations` and `hotline questions`: words for advocates and editors, never a number."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hotline.casework import violations
from hotline.casework.violations import Violation
from hotline.conversation.residents.unanswered import Question, kept
from hotline.messaging.contacts import Person, save_person
from hotline.staff.roster import Roster
from hotline.store import keys
from tests.cli.scene import RESIDENT, done
from tests.stage.dump import about_people

if TYPE_CHECKING:
    from hotline.store import Store
    from tests.cli.conftest import Hotline
    from tests.stage.office import Office

ONE: Final = Violation(
    "1", 1_800_000_000.0, "en", "an officer asked [about papers], call 860-555-0177", "monday", "park st"
)


async def reported(office: Office) -> str:
    """Two reports, the second by somebody who may be texted; answers the pseudonym."""
    person = Person(office.vault.pseudonym(RESIDENT), office.vault.seal(RESIDENT), "en")
    await office.store.commit(save_person(person))
    for one in (ONE, replace(ONE, id="2", what="two", contact="yes", reporter=person.id)):
        await office.store.commit(violations.opened(one, Roster([]), office.library, office.vault))
    return person.id


async def test_violations_are_listed_shown_and_exported_without_a_number_or_a_pseudonym(
    hotline: Hotline, office: Office
) -> None:
    person = await reported(office)
    rows = (await hotline("violations", "list", "--json")).json
    assert [(row["id"], row["contact"]) for row in rows] == [("1", ""), ("2", "yes")]
    shown = done(await hotline("violations", "show", "V1"))
    assert "[about papers], call [number]" in shown
    assert "2027-01-15" in shown
    table = done(await hotline("violations", "export", "--csv"))
    assert table.splitlines()[0].startswith("id,state,at")
    lines = done(await hotline("violations", "export"))
    assert len(lines.splitlines()) == 2
    everything = str(rows) + shown + table + lines + done(await hotline("violations", "list"))
    for hidden in (person, RESIDENT[-7:], "0177"):
        assert hidden not in everything


async def test_a_closed_violation_is_off_the_list_and_in_the_export(hotline: Hotline, office: Office) -> None:
    await reported(office)
    assert done(await hotline("violations", "close", "1")) == "Closed.\n"
    assert [row["id"] for row in (await hotline("violations", "list", "--json")).json] == ["2"]
    assert [row["id"] for row in (await hotline("violations", "list", "--all", "--json")).json] == ["1", "2"]
    assert "closed" in done(await hotline("violations", "export", "--csv"))


async def test_an_advocate_texts_back_without_seeing_the_number(hotline: Hotline, office: Office) -> None:
    await reported(office)
    assert done(await hotline("violations", "reply", "2", "--text", "Can we talk?")) == "Queued.\n"
    (key,) = await office.store.redis.keys(keys.out("*"))
    assert "}:out:v2r" in str(key)


async def test_questions_are_listed_in_words_the_most_frequent_first(
    hotline: Hotline, office: Office
) -> None:
    for text, lang in (
        ("where do i vote [in hartford]", "en"),
        ("how do i get a divorce", "en"),
        ("how can i get a divorce", "es"),
    ):
        await office.store.commit(kept("p" * 26, Question(text, lang, "unknown"))[0])
    shown = done(await hotline("questions"))
    assert shown.index("divorce") < shown.index("vote [in hartford]")
    assert "not understood 2" in shown
    assert "p" * 26 not in shown
    first, second = (await hotline("questions", "--json")).json
    assert (first["texts"], first["langs"]) == (2, {"en": 1, "es": 1})
    assert second["wording"] == "where do i vote [in hartford]"
    assert "1 texts in 1 smaller" in done(await hotline("questions", "--most", "1"))


async def test_a_line_that_answered_everything_says_so(hotline: Hotline, store: Store) -> None:
    assert done(await hotline("questions")) == "Every question got an answer.\n"
    assert (await hotline("questions", "--json")).json == []
    assert done(await hotline("violations", "export")) == ""
    assert await about_people(store) == set()

"""Volunteers: no question of ours eats a command, no guess asks them, and 1 answers what stands last."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast, override

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.conversation.responders import situation
from hotline.incidents import records
from hotline.messaging.asked import SureToDelete, WhichOfMenu
from hotline.messaging.contacts import load_person, save_person
from hotline.store import keys
from hotline.understanding.commands import STAFF, staff_command
from hotline.understanding.dialogue import Understood
from tests.stage.asked import EVERY
from tests.stage.stage import Stage
from tests.stage.understanding import Dictated, SecondHearing, SecondLook

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.messaging.asked import Question
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store
    from hotline.understanding.optout.second_look import Likeness
    from hotline.understanding.rules.rulebook import Urgency

# What a volunteer texts, and what has to be in the answer.
COMMANDS: Final = {
    "ON": "You are on call", "OFF": "You are off call", "on duty": "You are on call", "STATUS": "On call:",
    "HELP": "TAKE 7", "SHIFTS": "shift", "TAKE {id}": "is yours", "1": "is yours", "take it": "is yours",
    "PASS": "No report is open", "BACKUP": "Nobody has a report", "SHOW {id}": "ICE is here",
}  # fmt: skip
# Of what no rule knows; half of it met in the field.
TALK: Final = (
    "I got this", "can't make it", "I can't make it", "not now", "I'm driving", "me", "PAGE", "SPLIT",
    "on it", "I can go", "ya voy para la otra", "no me toca", "not me", "busy", "maria", "PARK 24", "call me",
    "AWAY 12/25", "omw in 5", "enough", "basta", "no more tonight", "ahora no", "pa kounye a",
    "agora nao", "LOST HANDLE",
)  # fmt: skip


class EverythingUrgent(SecondLook):
    """Takes every text for a raid that may be."""

    @override
    def raised(self, text: str, urgency: Urgency, rule: str = "") -> Urgency:
        return "ask" if urgency == "none" else urgency


class EverythingWished(SecondHearing):
    """Takes every text for the wish to stop."""

    @override
    def likeness(self, text: str) -> Likeness:
        return "likely"


class Guessing(Dictated):
    """Takes every text for what the test says."""

    heard = Understood("", 0.2, (), ())

    @override
    async def ask(self, person: str, text: str, lang: str, last_card: str = "") -> Understood:
        return self.heard


class Volunteers(Stage):
    """The crew before ears that mishear everything."""

    guessing: Guessing

    @override
    async def begin(self) -> None:
        await super().begin()
        self.guessing = Guessing()
        self.conversation._services = replace(
            self.conversation._services, dialogue=self.guessing, keyword_dialogue=self.guessing,
            urgency=EverythingUrgent(), optouts=EverythingWished(),
        )  # fmt: skip

    async def questioned(self, handle: str, asked: Question) -> None:
        """A question of ours stands on somebody's screen, asked now."""
        await self.says(handle, "STATUS")
        person = await load_person(self.store, self.vault.pseudonym(self.numbers[handle]))
        await self.store.commit(save_person(replace(person, asked=replace(asked, at=self.now))))

    async def waits_for(self, handle: str) -> Question | None:
        return (await load_person(self.store, self.vault.pseudonym(self.numbers[handle]))).asked


@pytest.fixture
async def crew(store: Store, vault: Vault, library: Library, settings: Settings) -> Volunteers:
    opened = Volunteers(store, vault, library, settings)
    await opened.begin()
    return opened


@pytest.mark.parametrize("asked", EVERY, ids=repr)
async def test_no_question_of_ours_eats_a_command(crew: Volunteers, asked: Question) -> None:
    for words, answer in COMMANDS.items():
        await crew.questioned("rita", asked)
        crew.now += 60
        id_ = await crew.open() if "yours" in answer or "SHOW" in words else ""
        assert answer in await crew.says("rita", words.format(id=id_)), words
        if id_:
            await cast(
                "Any", crew.store.redis.delete(keys.incidents_open, keys.incidents_due, keys.incident(id_))
            )
        crew.now += 60
    assert not await crew.store.redis.sismember(
        keys.optout("hotline"), crew.vault.pseudonym(crew.numbers["rita"])
    )


@pytest.mark.parametrize("asked", EVERY, ids=repr)
def test_no_command_word_in_any_language_is_an_answer_to_a_question(asked: Question) -> None:
    """But for 1, yes and no, and for what tells where and whether: "here", "they left"."""
    for phrase, command in STAFF.items():
        words = " ".join(phrase)
        if command.kind not in situation.TELLING and words != "1":
            assert not situation._fits(words, asked, command), words


@given(words=st.text(max_size=60), asked=st.sampled_from(EVERY))
def test_any_text_is_read_beside_any_question(words: str, asked: Question) -> None:
    command = staff_command(words)
    if command and command.argument:
        assert not situation._fits(words, asked, command)


@pytest.mark.parametrize("words", TALK)
@pytest.mark.parametrize("rasa", ["lost", "urgent", "unsubscribe", "delete", "choices"])
async def test_no_guess_asks_a_volunteer_whether_to_stop_or_whether_it_is_happening(
    crew: Volunteers, words: str, rasa: str
) -> None:
    crew.guessing.heard = {
        "lost": Understood("", 0.2, (), ()),
        "urgent": Understood("report_raid", 0.9, (), (), urgent=True),
        "unsubscribe": Understood("unsubscribe_alerts", 0.9, (), ()),
        "delete": Understood("delete_my_data", 0.9, (), ()),
        "choices": Understood("find_lawyer", 0.4, ("find_lawyer", "detained_family"), ()),
    }[rasa]
    id_ = await crew.open()
    told = await crew.says("rita", words)
    assert "1 = " not in told
    assert await crew.waits_for("rita") is None
    if words != "LOST HANDLE" and "AWAY" not in words and "para la otra" not in words:
        assert f"TAKE {id_}" in told, "what waits is named"
    assert len(await records.load_many(crew.store, keys.incidents_open)) == 1, (
        "and no report of theirs was opened"
    )


@pytest.mark.parametrize("words", ["STOP", "stop texting me please", "no me manden mas mensajes"])
async def test_a_volunteer_who_says_so_is_stopped(crew: Volunteers, words: str) -> None:
    crew.conversation._services = replace(crew.conversation._services, optouts=SecondHearing())
    await crew.says("rita", words)
    assert await crew.store.redis.sismember(
        keys.optout("hotline"), crew.vault.pseudonym(crew.numbers["rita"])
    )


# -- 1 answers what stands last


async def test_1_answers_the_menu_that_came_after_the_page(crew: Volunteers) -> None:
    id_ = await crew.open()
    crew.now += 60
    await crew.says("rita", "MENU")
    assert "is yours" not in await crew.says("rita", "1")
    one = await records.load(crew.store, id_)
    assert one
    assert not one.held


async def test_1_takes_the_page_that_came_after_the_menu(crew: Volunteers) -> None:
    await crew.says("rita", "MENU")
    crew.now += 60
    await crew.open()
    assert "is yours" in await crew.says("rita", "1")


async def test_1_takes_the_report_to_which_one_more_came_after_the_question(crew: Volunteers) -> None:
    id_ = await crew.open()
    crew.now += 60
    await crew.says("rita", "DELETE")
    crew.now += 60
    await crew.open("124 Park Street")
    assert "One more report near" in await crew.hears("rita")
    assert f"{id_} is yours" in await crew.says("rita", "1")


@pytest.mark.parametrize("words", ["1", "yes", "si"])
async def test_a_late_1_to_a_page_never_answers_an_older_question(crew: Volunteers, words: str) -> None:
    await crew.says("rita", "DELETE")
    assert await crew.waits_for("rita") == SureToDelete()
    crew.now += 60
    id_ = await crew.open()
    await crew.says("ana", f"TAKE {id_}")
    told = await crew.says("rita", words)
    assert "ana has" in told or "Not understood" in told
    assert await crew.store.redis.exists(keys.person(crew.vault.pseudonym(crew.numbers["rita"])))


async def test_1_answers_the_question_of_whoever_was_paged_long_ago(crew: Volunteers) -> None:
    id_ = await crew.open()
    await crew.says("ana", f"TAKE {id_}")
    crew.now += 60
    await crew.says("rita", "DELETE")
    told = await crew.says("rita", "2")
    assert "has" not in told.split()
    assert await crew.waits_for("rita") is None
    await crew.says("rita", "DELETE")
    await crew.says("rita", "1")
    kept = await crew.store.hgetall(keys.person(crew.vault.pseudonym(crew.numbers["rita"])))
    assert not kept.get("asked")


async def test_a_digit_of_somebody_at_work_answers_the_menu_they_have_just_asked_for(
    crew: Volunteers,
) -> None:
    id_ = await crew.open()
    await crew.says("rita", f"TAKE {id_}")
    crew.now += 60
    await crew.questioned("rita", SureToDelete())
    await crew.says("rita", "2")
    assert await crew.waits_for("rita") is None, "and it did not go to the reporter"
    await crew.questioned("rita", WhichOfMenu())
    crew.now += 3600
    await crew.says("rita", "3")
    assert await crew.waits_for("rita") == WhichOfMenu(), "an hour later it is for the reporter"

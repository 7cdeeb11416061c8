"""What a reporter texts reaches everybody it is owed to, whatever it begins with and however long it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from hotline.content import Library
from hotline.errors import InputError
from hotline.incidents.roster import add_staff
from hotline.settings import ROOT
from tests.incidents.crew import Crew

if TYPE_CHECKING:
    from hotline.privacy.phones import Vault
    from hotline.settings import Settings
    from hotline.store import Store

MARKED: Final = ("@ the corner store", "#4 apartment", "@", "#", "#state_opened", "@1700", "@nan")


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load(ROOT / "content", "hartford")


@pytest.fixture
async def crew(store: Store, vault: Vault, library: Library, settings: Settings) -> Crew:
    """Rita and sol, who reads Spanish, respond; ana organizes."""
    opened = Crew(store, vault, library, settings)
    await opened.begin()
    opened.numbers["sol"] = "+18605550136"
    await add_staff(store, vault, handle="sol", number="+18605550136", role="responder", languages=("es",))
    return opened


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
    with pytest.raises(InputError):
        await add_staff(
            crew.store, crew.vault, handle=handle, number="+18605550137", role="responder", languages=()
        )
    crew.numbers["mia"] = "+18605550171"
    assert "is taken" in await crew.says("mia", f"VOLUNTEER {handle}")

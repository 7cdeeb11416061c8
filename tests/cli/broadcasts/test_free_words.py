"""No person alone texts free words to many from the command line; a new command says how it keeps to that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import pytest
from typer.main import get_command

from hotline import cli
from hotline.broadcasts import broadcast as broadcasts
from hotline.settings import current_settings
from hotline.staff.roster import load_roster
from hotline.store import keys
from tests.cli.scene import reported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Hotline, Outcome
    from tests.stage.office import Office

WORDS: Final = "Come to the north door at once."
# What each command may do with words that somebody types.
DRAFTS: Final = ("broadcast draft", "broadcast close")  # kept, until a second person's code sends them
SENDS: Final = ("broadcast approve",)  # with that code
READY: Final = ("broadcast notice", "broadcast resume", "broadcast unfreeze", "staff test", "drill")
ONE: Final = ("violations reply", "text")  # to one person
NONE: Final = (
    "migrate", "demo", "up", "train", "doctor", "webhook", "worker", "classify", "explain", "evaluate",
    "questions", "forget", "holdings", "registration", "staff add", "staff list", "staff shift",
    "staff unshift", "staff dayoff", "staff swap", "staff shifts", "staff forecast", "staff remove",
    "staff revoke", "reports list", "reports show", "reports tail", "violations list", "violations show",
    "violations close", "violations export", "broadcast export", "broadcast preview", "broadcast status",
    "broadcast list", "broadcast log", "broadcast pause", "broadcast cancel", "broadcast freeze",
    "subscribers import", "subscribers export", "subscribers exports", "subscribers code",
    "subscribers events", "subscribers add", "subscribers count", "content check", "content sign",
    "content list", "content show",
)  # fmt: skip


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    for name, one in command.commands.items():
        yield from leaves(one, (*path, name)) if hasattr(one, "commands") else [" ".join((*path, name))]


def test_every_command_says_whether_words_of_a_person_go_to_many() -> None:
    """Whoever adds one puts it here, and below what holds it, if it does."""
    known = (*DRAFTS, *SENDS, *READY, *ONE, *NONE)
    assert sorted(leaves(get_command(cli._app()))) == sorted(known)  # pyright: ignore[reportPrivateUsage] - the whole command line


async def received(office: Office) -> list[str]:
    """What residents get, once the line has done all that it may; as a carrier would see it."""
    return list((await office.delivered()).values())


@pytest.fixture
async def readers(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Two people who want alerts, at an hour that is no night."""
    monkeypatch.setenv("QUIET_HOURS", "none")
    current_settings.cache_clear()
    office.settings = office.settings.model_copy(update={"quiet_hours": "none"})
    await office.sign_up(2)
    return office


async def drafted(hotline: Hotline, *more: str) -> str:
    words = ("--expires", "2h", "--text", f"en={WORDS}", "--json")
    made = await hotline("broadcast", "draft", "--by", "organizer1", *words, *more)
    assert made.code == 0, made.err
    return str(made.json["id"])


async def sent(hotline: Hotline, office: Office, id_: str, *more: str) -> Outcome:
    """Both people do their part."""
    asked = await hotline("broadcast", "approve", id_, "--by", "organizer2", *more)
    assert asked.code == 3, asked
    code = await office.code_of("organizer2", "cli*")
    return await hotline("broadcast", "approve", id_, "--by", "organizer2", "--code", code, *more)


async def ended(hotline: Hotline, office: Office) -> str:
    """The draft of a closing text in somebody's own words."""
    id_ = await drafted(hotline, "--kind", "news")
    assert (await sent(hotline, office, id_)).code == 0
    assert len(await received(office)) == 2
    last = await hotline("broadcast", "close", id_, "--text", f"en={WORDS} It was wrong.", "--json")
    assert (last.code, last.json["state"]) == (3, "sent"), last
    assert "another organizer sends these words" in last.err
    assert f"hotline broadcast approve {last.json['closing']} --by HANDLE" in last.err.replace("\n", " ")
    return str(last.json["closing"])


ROUTES: Final = {
    "news": ("--kind", "news"),
    "a meeting": ("--kind", "event"),
    "an alert": ("--kind", "alert", "--incident", "1"),
    "an alert without a report": ("--kind", "alert", "--override", "seen by three of us, no phone left"),
    "an ending": (),
}


@pytest.mark.parametrize("route", ROUTES)
async def test_free_words_leave_with_the_code_on_a_second_phone_and_not_without(
    hotline: Hotline, readers: Office, route: str
) -> None:
    office = readers
    await office.claimed(await reported(office), "responder1", "confirmed")
    id_ = await (drafted(hotline, *ROUTES[route]) if ROUTES[route] else ended(hotline, office))
    override = ("--override",) if "--override" in ROUTES[route] else ()
    for attempt in (
        ("--by", "organizer1"),
        ("--by", "organizer2"),
        ("--by", "organizer1", "--code", "123456"),
        ("--by", "organizer2", "--code", "123456"),
        ("--by", "organizer2", "--code", "no code"),
    ):
        alone = await hotline("broadcast", "approve", id_, *attempt, *override)
        assert alone.code in (1, 3), alone
        assert await received(office) == [], attempt
    code = await office.code_of("organizer2", "cli*")
    stolen = await hotline("broadcast", "approve", id_, "--by", "organizer1", "--code", code, *override)
    assert (stolen.code, await received(office)) == (1, [])
    assert (await sent(hotline, office, id_, *override)).code == 0
    told = await received(office)
    assert len(told) == 2
    assert all(WORDS in text for text in told)


async def test_a_code_is_for_one_broadcast_and_its_words(hotline: Hotline, readers: Office) -> None:
    first, second = await drafted(hotline, "--kind", "news"), await drafted(hotline, "--kind", "event")
    assert (await hotline("broadcast", "approve", first, "--by", "organizer2")).code == 3
    code = await readers.code_of("organizer2", "cli*")
    refused = await hotline("broadcast", "approve", second, "--by", "organizer2", "--code", code)
    assert (refused.code, "asked for something else" in refused.err) == (1, True)
    assert (await broadcasts.load(readers.store, second)).state == "draft"
    done = await hotline("broadcast", "approve", first, "--by", "organizer2", "--code", code)
    assert (done.code, (await broadcasts.load(readers.store, first)).state) == (0, "sending")
    again = await hotline("broadcast", "approve", first, "--by", "organizer2", "--code", code)
    assert again.code == 1


async def test_ready_words_end_an_alert_by_one_person(hotline: Hotline, readers: Office) -> None:
    id_ = await drafted(hotline, "--kind", "event")
    assert (await sent(hotline, readers, id_)).code == 0
    await received(readers)
    misfit = await hotline("broadcast", "close", id_, "--reason", "false")
    assert (misfit.code, "is a meeting. Write --reason cancelled" in misfit.err) == (1, True)
    done = await hotline("broadcast", "close", id_, "--reason", "cancelled", "--by", "organizer1")
    assert (done.code, "Everybody who got it is told" in done.out) == (0, True)
    assert len(await received(readers)) == 2


async def test_every_organizer_is_shown_a_draft_also_the_one_in_whose_name_it_is(
    hotline: Hotline, readers: Office
) -> None:
    """Nothing proves a name typed at the server: who did not write it hears of it."""
    await drafted(hotline, "--kind", "news")
    roster, told = await load_roster(readers.store), set[str]()
    async for key in readers.store.redis.scan_iter(keys.out("cli*")):
        kept = await cast("Any", readers.store.redis.hgetall(key))
        assert WORDS in readers.vault.open(kept["body"])
        told.add(kept["person"])
    assert told == {member.person for member in roster.with_role("organizer")}

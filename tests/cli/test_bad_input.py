"""Bad input: one sentence that names the thing and the remedy, exit code 1, nothing half-done."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hotline.settings import ROOT
from hotline.stack.embedded import free_port
from hotline.staff.roster import seed_demo
from tests.stage.dump import about_people

if TYPE_CHECKING:
    from pathlib import Path

    from hotline.settings import Settings
    from hotline.store import Store
    from tests.cli.conftest import Hotline, Outcome

NUMBER = "+18605550155"
DRAFT = ("broadcast", "draft", "--by", "organizer1", "--kind", "event", "--text", "en=Meeting at six.")
LATER = ("--expires", "2h")


def one_sentence(outcome: Outcome) -> str:
    """What it said, once it is sure that it said one sentence and nothing else."""
    assert outcome.code == 1, outcome
    assert outcome.out == ""
    said = outcome.err.strip()
    assert "\n" not in said
    assert said.endswith(".")
    assert "Traceback" not in said
    assert "redis://" not in said
    return said


ADD = ("staff", "add", "ana", NUMBER, "--role", "responder")
BAD = [
    (("staff", "remove", "nobody"), "I know nobody called nobody. See hotline staff list"),
    (("staff", "revoke", "nobody"), "I know nobody called nobody. See hotline staff list"),
    (("staff", "add", "ana", "12", "--role", "responder"), "Write it as +18605550111"),
    (("staff", "add", "ana", "hello", "--role", "responder"), "not a phone number"),
    (("staff", "add", "ana", NUMBER, "--role", "boss"), "responder, organizer, operator"),
    (("staff", "add", "ana maria", NUMBER, "--role", "responder"), "A handle is 1 to 20 letters"),
    (("staff", "add", "", NUMBER, "--role", "responder"), "A handle is 1 to 20 letters"),
    (
        ("staff", "add", "ana", "+18605550101", "--role", "responder"),
        "First: hotline staff remove responder1",
    ),
    ((*ADD, "--zones", "atlantis"), "no zone like that"),
    (("subscribers", "add", "12", "--consent", "signed on paper"), "Write it as +18605550111"),
    (("subscribers", "add", NUMBER, "--consent", "yes"), "The consent must say in 10 to 500 characters"),
    (
        ("subscribers", "add", NUMBER, "--consent", "Told us at 860-555-0155 in May"),
        "The consent names a number",
    ),
    (
        ("subscribers", "add", NUMBER, "--consent", "signed on paper", "--zones", "atlantis"),
        "no zone like that",
    ),
    (("subscribers", "count", "--zone", "atlantis"), "no zone like that"),
    (("forget", "hello"), "not a phone number"),
    (("reports", "show", "99"), "There is no report 99. See hotline reports list"),
    (("violations", "show", "99"), "There is no report V99. See hotline violations list"),
    (("violations", "close", "99"), "There is no report V99. See hotline violations list"),
    (("violations", "reply", "99", "--text", "hello"), "There is no report V99. See hotline violations list"),
    (("broadcast", "status", "99"), "We have no number 99. See hotline broadcast list"),
    (
        ("broadcast", "approve", "99", "--by", "organizer1"),
        "We have no number 99. See hotline broadcast list",
    ),
    (("broadcast", "pause", "99"), "We have no number 99. See hotline broadcast list"),
    (("broadcast", "cancel", "99"), "We have no number 99. See hotline broadcast list"),
    ((*DRAFT, "--expires", "soon"), "Write it as 90m, 2h or 1d, at most 7d"),
    ((*DRAFT, "--expires", "8d"), "at most 7d"),
    ((*DRAFT, "--expires", "0m"), "Write it as 90m"),
    ((*DRAFT, "--expires", "-2h"), "Write it as 90m"),
    ((*DRAFT, *LATER, "--zone", "atlantis"), "no zone like that"),
    ((*DRAFT, *LATER, "--text", "en=Twice."), "Write each text once"),
    ((*DRAFT, *LATER, "--text", "Spanish=Hola."), "Write each text once"),
    ((*DRAFT, *LATER, "--text", "es= "), "Write each text once"),
    ((*DRAFT[:3], "responder1", *DRAFT[4:], *LATER), "responder1 is not one. See hotline staff list"),
    ((*DRAFT[:3], "nobody", *DRAFT[4:], *LATER), "nobody is not one. See hotline staff list"),
    ((*DRAFT[:5], "party", *DRAFT[6:], *LATER), "alert, event, news"),
    ((*DRAFT[:5], "alert", *DRAFT[6:], *LATER), "from a confirmed report only"),
    ((*DRAFT[:5], "alert", *DRAFT[6:], *LATER, "--incident", "99"), "There is no report 99"),
    (("classify", "nowhere.jsonl"), "nowhere.jsonl"),
    (("classify", "."), "could not be read"),
    (("evaluate", "nowhere.jsonl"), "nowhere.jsonl"),
    (("text", "hello", "--from", "12"), "Write it as +18605550111"),
    (("content", "show", "atlantis"), "No card answers atlantis"),
]


@pytest.mark.parametrize(("arguments", "said"), BAD, ids=[" ".join(arguments) for arguments, _ in BAD])
async def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(
    hotline: Hotline, store: Store, settings: Settings, arguments: tuple[str, ...], said: str
) -> None:
    await seed_demo(settings)
    before = await about_people(store)
    told = one_sentence(await hotline(*arguments))
    assert said in told
    assert NUMBER not in told
    assert await about_people(store) == before


@pytest.mark.parametrize(
    "arguments",
    [
        (*ADD, "--languages", "Spanish"),
        ("subscribers", "add", NUMBER, "--consent", "signed on paper", "--lang", "Spanish"),
    ],
    ids=["staff", "subscribers"],
)
async def test_a_language_that_is_no_code_is_refused(
    hotline: Hotline, store: Store, arguments: tuple[str, ...]
) -> None:
    told = one_sentence(await hotline(*arguments))
    assert "language" in told
    assert await about_people(store) == set()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"text": "hello"}\n{"text": ', "Line 2 is not JSON."),
        ('{"text": "hello"}\n\n[1]\n', 'Line 3 has no "text".'),
        ('{"words": "hello"}\n', 'Line 1 has no "text".'),
        ('{"text": 5}\n', 'Line 1 has no "text".'),
        ("\xff\xfe", "A file could not be read: it is not UTF-8 text."),
    ],
)
async def test_a_file_that_cannot_be_classified_names_its_line(
    hotline: Hotline, tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "texts.jsonl").write_bytes(content.encode("latin-1"))
    assert one_sentence(await hotline("classify", "texts.jsonl")) == said
    assert one_sentence(await hotline("evaluate", "texts.jsonl")) == said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("\n", "The file has no texts."),
        ('\n{"text": "hello", "topic": "weather"}\n', "Line 2: weather is none of the topics."),
        ('{"text": "hello", "urgency": 1}\n', 'Line 1: "urgency" is not a word.'),
    ],
)
async def test_a_file_that_cannot_be_evaluated_names_its_line(
    hotline: Hotline, tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "texts.jsonl").write_text(content, encoding="utf-8")
    assert one_sentence(await hotline("evaluate", "texts.jsonl")) == said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOTLINE_PORT", "99999"),
        ("HOTLINE_PORT", "many"),
        ("HOTLINE_SENDER", "8605550100"),
        ("ALERTS_SENDER", "+18605550100"),
        ("HOTLINE_SECRET_KEY", "short"),
        ("ENVIRONMENT", "staging"),
        ("RASA_URL", "localhost"),
        ("DIALOGUE_TIMEOUT", "60"),
    ],
)
async def test_a_wrong_setting_is_named_and_its_value_is_not_repeated(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    told = one_sentence(await hotline("staff", "list"))
    assert name in told
    assert value not in told.replace("+18605550100", "", 1) or name == "ALERTS_SENDER"


async def test_a_secret_that_is_wrong_is_never_shown(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_SECRET_KEY", "hunter2")
    assert "hunter2" not in one_sentence(await hotline("staff", "list"))


async def test_production_with_demo_secrets_names_each_of_them(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    told = one_sentence(await hotline("staff", "list"))
    for name in ("TWILIO_AUTH_TOKEN", "HOTLINE_SECRET_KEY", "PUBLIC_BASE_URL"):
        assert name in told


async def test_an_unknown_city_names_the_file_that_is_not_there(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITY", "atlantis")
    assert "atlantis.yml" in one_sentence(await hotline("staff", "list"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("staff", "list"),
        ("staff", "add", "ana", NUMBER, "--role", "responder"),
        ("reports", "list"),
        ("reports", "tail", "--no-follow"),
        ("broadcast", "status", "1"),
        ("subscribers", "count"),
        ("holdings",),
        ("forget", NUMBER),
    ],
)
async def test_with_redis_away_every_command_says_so(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("REDIS_URL", f"redis://:secret@127.0.0.1:{free_port()}")
    told = one_sentence(await hotline(*arguments))
    assert "Redis" in told
    assert "secret" not in told


async def test_without_any_redis_the_remedy_is_named(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "")
    assert one_sentence(await hotline("staff", "list")) == (
        "No Redis: set REDIS_URL, or start the stack with make demo."
    )


async def test_a_text_without_a_simulator_names_the_remedy(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMULATOR_PORT", str(free_port()))
    assert "make demo" in one_sentence(await hotline("text", "hello"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("frobnicate",),
        ("staff", "frobnicate"),
        ("staff", "list", "--frobnicate"),
        ("staff", "add"),
        ("forget",),
    ],
)
async def test_a_command_that_is_none_is_one_sentence_too(
    hotline: Hotline, arguments: tuple[str, ...]
) -> None:
    one_sentence(await hotline(*arguments))


def test_the_installed_command_shows_no_traceback(settings: Settings) -> None:
    """Once as an operator runs it, in a process of its own."""
    variables = os.environ | {"REDIS_URL": settings.redis_url, "ENVIRONMENT": "test"}
    done = subprocess.run(
        [sys.executable, "-m", "hotline", "staff", "remove", "nobody"],
        env=variables, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.strip() == "I know nobody called nobody. See hotline staff list."

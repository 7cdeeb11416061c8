"""What cannot be done is said in every language, and each front end says what to do instead."""

from __future__ import annotations

import ast
import re
from string import Formatter
from typing import TYPE_CHECKING, Final

import pytest

from hotline.cli import refusing as command_line
from hotline.content.fitting import CUT
from hotline.content.messages import fields, read_messages
from hotline.content.refusing import texted
from hotline.refusal import Message, Numbered, Reason, Refused
from hotline.settings import ROOT
from hotline.staff.roster import ROLES
from hotline.staff.shifts import DAYS
from hotline.subscriptions.csv_import import COLUMNS, MAY
from hotline.text.segments import count
from hotline.understanding import bulletins
from hotline.understanding.commands import ENDINGS, core, resident_command, staff_command
from hotline.understanding.optout.rules import is_carrier_word
from hotline.understanding.organizer_commands import organizer_command
from tests.source import called, modules
from webhook.console import refusing as console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hotline.refusal import Value

LANGUAGES: Final = ("en", "es", "pt", "ht")
MESSAGES: Final = read_messages(ROOT / "content")
SAMPLES: Final[dict[str, Value]] = {
    "card": "hartford.ordinance.sanctuary",
    "code": Numbered("4", "4821"),
    "column": "consent",
    "columns": COLUMNS,
    "count": 20,
    "day": "2026-12-24",
    "days": DAYS,
    "file": f"{'a' * 60}.csv",
    "handle": "maria-of-frog-hollow",
    "has": 3,
    "id": "123",
    "kinds": ("alert", "event", "news"),
    "lang": "ES",
    "langs": ("EN", "ES", "PT", "HT"),
    "least": 10,
    "line": 4999,
    "more": MAY,
    "most": 3,
    "needs": 5,
    "other": "EN",
    "report": "123",
    "roles": ROLES,
    "state": Message("broadcast_state_waiting"),
    "status": 503,
    "url": "https://santuario.example.org",
    "wanted": "mon",
    "why": "Three callers whom we know saw the vans at the corner of Park Street and Broad Street. " * 4,
    "words": "they cannot come in " * 20,
}
# Their sentences have one reader, who is known; everywhere else a refusal is data.
FRONT_ENDS: Final = ("hotline/cli/", "hotline/stack/")
# What somebody else has to text themselves, and what stands in the name of a file.
NAMED: Final = re.compile(r"HANDLE|STOP|START|ALERTS|CSV")


def refusal(reason: Reason) -> Refused:
    return Refused(reason, **SAMPLES)


def raised() -> Iterator[tuple[str, ast.Call]]:
    """Every refusal that the source makes, with its reason as it is written."""
    for module in modules("hotline", "webhook"):
        for call, _ in module.calls():
            if called(call) == "Refused":
                yield ast.unparse(call.args[0]).removeprefix("Reason."), call


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("reason", Reason)
def test_every_refusal_is_one_text_in_every_language(reason: Reason, lang: str) -> None:
    for key in (f"refusal_{reason}", f"remedy_{reason}"):
        assert key in MESSAGES.by_lang[lang]
    assert count(texted(MESSAGES, refusal(reason), lang)).count <= 3


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("reason", [Reason.NEEDS_TWO, Reason.WORDS_FORBIDDEN])
def test_of_a_refusal_only_somebodys_long_words_are_cut(reason: Reason, lang: str) -> None:
    """Not the number by which its reader can do something about it."""
    said = texted(MESSAGES, refusal(reason), lang)
    assert said.count(CUT) == 1
    assert "4821" in said or "ES" in said


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("reason", Reason)
def test_the_words_to_text_that_a_refusal_names_are_understood(reason: Reason, lang: str) -> None:
    remedy = MESSAGES.by_lang[lang][f"remedy_{reason}"].replace("{code}", "4821").replace(" PT:", "")
    for named in re.findall(r"\b[A-ZÀ-Ý]{2,}(?: [A-ZÀ-Ý]{2,}| \d+)*", remedy):
        known = (
            organizer_command(named)
            or staff_command(named)
            or resident_command(named)
            or is_carrier_word(named)
        )
        assert known or core(named) in ENDINGS or bulletins.read(f"{named} PT: x"), named


@pytest.mark.parametrize("reason", Reason)
def test_who_sits_at_the_console_is_told_what_to_do_on_the_page(reason: Reason) -> None:
    said = NAMED.sub("", console.here(MESSAGES, refusal(reason)))
    assert not re.search(r"--\w|hotline [a-z]|\b[A-Z]{3,}\b", NAMED.sub("", said)), (
        "no option, no command, no word to text"
    )


@pytest.mark.parametrize("reason", Reason)
def test_who_types_commands_is_told_which_one_helps(reason: Reason) -> None:
    said = command_line.typed(MESSAGES, refusal(reason))
    assert "4821" not in said, "a broadcast goes by its id there"
    assert not re.search(r"\b[A-Z]{3,}\b", NAMED.sub("", said)), "no word to text"
    assert "\n" not in said


def test_every_refusal_brings_the_values_that_its_words_need() -> None:
    seen: set[str] = set()
    for name, call in raised():
        reasons = [one for one in Reason if one.name == name] or [
            one for one in Reason if one.name.startswith("ENDING_")
        ]
        seen |= {one.name for one in reasons}
        given = {keyword.arg for keyword in call.keywords}
        for reason in reasons:
            wanted = {
                name
                for lang in LANGUAGES
                for key in (f"refusal_{reason}", f"remedy_{reason}")
                for name in fields(MESSAGES.by_lang[lang][key])
            }
            for remedies in (command_line.REMEDIES, console.REMEDIES):
                parts = Formatter().parse(remedies.get(reason, ""))
                wanted |= {name.partition(".")[0] for _, name, _, _ in parts if name}
            assert wanted <= given, ast.unparse(call)
    assert seen == {one.name for one in Reason}, "every reason is somebody's"


def sentences(node: ast.AST) -> list[str]:
    """Strings of several words in an expression."""
    return [
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and " " in one.value
    ]


# Faults of a setting, a file, a carrier or of our own code: an operator mends them, nobody on a phone.
FAULTS: Final = (
    "ContentError", "DialogueUnavailable", "MarkedYAMLError", "MoveRefused", "NotDecoded", "OSError",
    "RecordBroken", "SendError", "SettingsError", "StoreUnavailable", "SystemExit", "TypeError", "ValueError",
)  # fmt: skip


def test_no_sentence_is_raised_where_no_reader_is_known() -> None:
    found = [
        f"{module.name}:{node.lineno}"
        for module in modules("hotline")
        if not module.name.startswith(FRONT_ENDS)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and called(node.exc) not in FAULTS
        if sentences(node.exc)
    ]
    assert found == []

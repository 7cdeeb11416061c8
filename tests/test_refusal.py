"""What cannot be done is said in every language, and each front end says what to do instead."""

from __future__ import annotations

import ast
import re
from string import Formatter
from typing import TYPE_CHECKING, Final

import pytest

from hotline.cli import refusing as command_line
from hotline.content.messages import fields, read_messages
from hotline.content.refusing import texted
from hotline.refusal import Message, Numbered, Reason, Refused
from hotline.settings import ROOT
from hotline.text.segments import count
from tests.source import called, modules
from webhook.console import refusing as console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hotline.refusal import Value

LANGUAGES: Final = ("en", "es", "pt", "ht")
MESSAGES: Final = read_messages(ROOT / "content")
SAMPLES: Final[dict[str, Value]] = {
    "code": Numbered("4", "4821"),
    "count": 20,
    "handle": "maria-of-frog-hollow",
    "kinds": ("alert", "event", "news"),
    "lang": "ES",
    "langs": ("EN", "ES", "PT", "HT"),
    "most": 3,
    "other": "EN",
    "report": "123",
    "state": Message("broadcast_state_waiting"),
    "why": "Three callers whom we know saw the vans at the corner of Park Street and Broad Street. " * 4,
    "words": "they cannot come in " * 20,
}
# Folders whose modules refuse as data; a front end may write its own sentences.
DOMAIN: Final = ("hotline/broadcasts",)


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


@pytest.mark.parametrize("reason", Reason)
def test_who_sits_at_the_console_is_told_what_to_do_on_the_page(reason: Reason) -> None:
    said = console.here(MESSAGES, refusal(reason))
    assert not re.search(r"--\w|hotline [a-z]|\b[A-Z]{3,}\b", said), "no option, no command, no word to text"


@pytest.mark.parametrize("reason", Reason)
def test_who_types_commands_is_told_which_one_helps(reason: Reason) -> None:
    said = command_line.typed(MESSAGES, refusal(reason))
    assert "4821" not in said, "a broadcast goes by its id there"
    assert not re.search(r"\b[A-Z]{3,}\b", said.replace("HANDLE", "")), "no word to text"
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
            typed = command_line.REMEDIES.get(reason, "")
            wanted |= {name.partition(".")[0] for _, name, _, _ in Formatter().parse(typed) if name}
            assert wanted <= given, ast.unparse(call)
    assert seen == {one.name for one in Reason}, "every reason is somebody's"


def sentences(node: ast.AST) -> list[str]:
    """Strings of several words in an expression."""
    return [
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and " " in one.value
    ]


# What nobody reads but a log: an error of a process, not of a person.
UNREAD: Final = ("RecordBroken", "StoreUnavailable")


def test_no_sentence_is_raised_where_no_reader_is_known() -> None:
    found = [
        f"{module.name}:{node.lineno}"
        for module in modules(*DOMAIN)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and called(node.exc) not in UNREAD
        if sentences(node.exc)
    ]
    assert found == []

"""Every sentence that the source says is in the files, and every sentence in the files is said."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

import yaml

from hotline.broadcasts import broadcast, texts
from hotline.broadcasts.states import BroadcastState
from hotline.content import Library
from hotline.content.library import PARTS
from hotline.conversation.residents import violation
from hotline.conversation.residents.emergency import QUESTIONS
from hotline.incidents.states import IncidentState
from hotline.refusal import Reason
from hotline.settings import ROOT
from hotline.subscriptions import subscribers
from hotline.understanding.crisis.rules import ORDER as CRISES
from tests.source import HOLE, Strings, called, modules

if TYPE_CHECKING:
    from collections.abc import Iterable


def known(lang: str) -> set[str]:
    """Keys of one language's file."""
    return set(yaml.safe_load((ROOT / f"content/messages/{lang}.yml").read_text(encoding="utf-8")))


def said_keys() -> tuple[dict[str, str], set[str]]:
    """Message keys in the source, each with a module that says it; and expressions that tell nothing."""
    keys: dict[str, str] = {}
    unresolved: set[str] = set()
    for module in modules("hotline", "webhook", "actions"):
        if module.name.startswith(("hotline/stack/", "hotline/cli/")):  # a screen has words of its own
            continue
        strings = Strings(module)
        for call, scope in module.calls():
            place = {"say": 0, "Message": 0, "Notice": 1}.get(called(call))
            if place is None and ast.unparse(call.func) == "ctx.answer":
                place = 1
            if place is not None and len(call.args) > place:
                keys |= dict.fromkeys(strings.of(call.args[place], scope), module.name)
        unresolved |= {f"{module.name}: {text}" for text in strings.unresolved}
    return keys, unresolved


# What an open field of a key may be.
OPEN: Final = {
    "state_": tuple(IncidentState),
    "raid_": QUESTIONS,
    "violation_": violation.QUESTIONS,
    "staff_": ("on", "off"),
    "vouch_": ("noted", "again", "organizer", "done"),
    "answer_": ("now", "over", "taken", "not_taken"),
    "tray_": ("budget", "copied", "surge"),
    "crisis_": (*CRISES, "unsure"),
    "crisis_is_": (*CRISES, "unsure"),
    "kind_": subscribers.KINDS,
    "closing_": texts.CLOSINGS,
    "broadcast_kind_": (*broadcast.KINDS, "notice", "closing"),
    "broadcast_state_": tuple(BroadcastState),
    "broadcast_out_": ("zone", "kind", "night", "stopped"),
    "broadcast_held_": ("carrier", "sender", "report"),
    "refusal_": tuple(Reason),
    "remedy_": tuple(Reason),
    "label_": (),  # only where no card has the topic: the next test looks at them
    "word_": ("more", "law", "source", "person"),
    "no_card_": tuple(part for part in PARTS if part != "short"),
}
# Calls that hand on a key which somebody else has chosen: that one is looked at where it is chosen.
HANDED_ON: Final = {
    "hotline/content/library.py: key",
    "hotline/content/refusing.py: key",
    "hotline/content/registration.py: key",
    "hotline/conversation/residents/raid_status.py: key",
    "hotline/conversation/context.py: key",
    "hotline/conversation/context.py: otherwise",
    "hotline/conversation/responders/shifts.py: key",
    "hotline/conversation/off_call.py: key",
    "hotline/broadcasts/verification.py: key",
    "hotline/incidents/notices/phrasing.py: notice.key",
    "hotline/incidents/notices/phrasing.py: key",
    "hotline/incidents/notices/unreached.py: key",
    "actions/small_talk.py: turn.topic",
    "actions/offer_choices.py: OUT_OF_SCOPE",
}


def sentences(keys: Iterable[str]) -> set[str]:
    """Keys with their open fields filled in."""
    found: set[str] = set()
    for key in keys:
        head, hole, tail = key.partition(HOLE)
        assert not tail
        found |= {head + value for value in OPEN[head]} if hole else {key}
    return found


def test_every_sentence_that_the_source_says_exists_in_english_and_spanish() -> None:
    keys, unresolved = said_keys()
    assert unresolved <= HANDED_ON, "say a key that can be read from the source, or list it in HANDED_ON"
    wanted = sentences(keys) - {""}  # no caution is no sentence
    assert {"welcome", "page", "raid_safety", "state_confirmed", "no_card_law"} <= wanted
    for lang in ("en", "es"):
        assert wanted - known(lang) == set(), f"content/messages/{lang}.yml"


def test_every_sentence_in_the_files_is_said_somewhere() -> None:
    """A sentence that nobody says costs a translator an hour and a lawyer a reading."""
    source = "".join(module.text for module in modules("hotline", "webhook", "actions"))
    constants = set(re.findall(r"""["']([a-z_]+)["']""", source))
    labels = {f"label_{topic}" for topic in Library.load(ROOT / "content", "hartford").topics}
    said = constants | labels | sentences(f"{head}{HOLE}" for head in OPEN)
    assert sorted(known("en") - said) == []

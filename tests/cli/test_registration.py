"""`hotline registration`: what goes into a carrier's forms fits them and is what the line says."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Final

import pytest
import yaml

from hotline.content.registration import LIMITS, REQUIRED, SAMPLE, SAMPLES
from hotline.content.wording import breaches, read_bans
from hotline.settings import ROOT, current_settings
from hotline.understanding.commands import resident_command
from hotline.understanding.optout.rules import optout
from tests.cli.scene import done

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hotline.content import Library
    from tests.cli.conftest import Hotline

    type Edit = Callable[[str, str, str], None]


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hotline: Hotline) -> Edit:
    """Changes one passage of a content file, in a copy of all content that the command then reads."""
    assert hotline  # its settings come first
    copy = tmp_path / "content"
    shutil.copytree(ROOT / "content", copy)
    monkeypatch.setenv("CONTENT_DIR", str(copy))
    current_settings.cache_clear()

    def change(name: str, old: str, new: str) -> None:
        path = copy / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")

    return change


async def test_the_kit_of_the_city_fits_every_field(hotline: Hotline) -> None:
    told = await hotline("registration", "--json")
    assert (told.code, told.err, told.json["findings"]) == (0, "", [])
    assert set(told.json["campaigns"]) == {"alerts", "hotline"}
    for campaign in told.json["campaigns"].values():
        for field, (least, most) in LIMITS.items():
            if field in campaign:
                assert least <= len(campaign[field]) <= most
        samples = campaign["message_samples"]
        assert SAMPLES[0] <= len(samples) <= SAMPLES[1]
        assert all(SAMPLE[0] <= len(one) <= SAMPLE[1] for one in samples)
    assert {"description", "message_flow", "opt_in_message", "opt_out_message", "help_message"} <= set(
        told.json["campaigns"]["alerts"]
    )


async def test_samples_are_what_the_line_really_sends(hotline: Hotline, library: Library) -> None:
    campaigns = (await hotline("registration", "--json")).json["campaigns"]
    raid = library.say("alert_raid", "es", place="Park Street", time="3:40 pm")
    alert = library.say("alert_frame", "es", text=raid, code="482")
    assert alert in campaigns["alerts"]["message_samples"]
    kinds = "confirmed alerts, meetings, news"
    shown = library.say("subscribed", "en", zones="Hartford", kinds=kinds)
    assert campaigns["alerts"]["opt_in_message"] == shown
    assert library.say("welcome", "en") in campaigns["hotline"]["message_samples"]


async def test_no_phone_number_and_no_open_brace_is_in_the_texts(hotline: Hotline) -> None:
    for arguments in (("registration",), ("registration", "--json")):
        shown = done(await hotline(*arguments))
        assert not re.search(r"\d{3}[- .]?\d{4}", shown)
    assert not re.search(r"\{\w+\}", done(await hotline("registration")))


async def test_the_sheet_for_people_holds_all_that_the_json_holds(hotline: Hotline) -> None:
    found = (await hotline("registration", "--json")).json
    sheet = done(await hotline("registration"))
    for campaign in found["campaigns"].values():
        for value in campaign.values():
            texts = (
                value
                if isinstance(value, list)
                else [str(value).lower() if value in (True, False) else value]
            )
            assert all(text in sheet for text in texts)
    assert all(text in sheet for text in (*found["pages"].values(), *found["brand"]["fill_in"]))


async def test_every_keyword_that_is_registered_does_what_is_said(hotline: Hotline) -> None:
    campaign = (await hotline("registration", "--json")).json["campaigns"]["alerts"]

    def kind(word: str) -> str:
        command = resident_command(word)
        return command.kind if command else ""

    assert {word: kind(word) for word in campaign["opt_in_keywords"].split(",")} == dict.fromkeys(
        campaign["opt_in_keywords"].split(","), "alerts"
    )
    assert {kind(word) for word in campaign["help_keywords"].split(",")} == {"help"}
    assert {word: optout(word) for word in campaign["opt_out_keywords"].split(",")} == dict.fromkeys(
        campaign["opt_out_keywords"].split(","), "stop"
    )


# What a clause of the message flow says, and where it must stand in the live sentence.
CLAIMS: Final = {
    "names the line": "{line_name}",
    "not the government": "not the government",
    "not private": "not private",
    "STOP": "STOP",
}


@pytest.mark.parametrize(
    ("said", "key", "claims"),
    [
        ("first answer names", "welcome", {*CLAIMS}),
        ("reports agents", "raid_safety", {"names the line", "not private"}),
    ],
)
async def test_what_carriers_are_told_of_the_first_texts_is_what_people_get(
    hotline: Hotline, said: str, key: str, claims: set[str]
) -> None:
    """Carriers vet this sentence; whoever reports agents gets no greeting first."""
    flow = (await hotline("registration", "--json")).json["campaigns"]["hotline"]["message_flow"]
    [sentence] = [one for one in flow.split(". ") if said in one]
    live = yaml.safe_load((ROOT / "content/messages/en.yml").read_text(encoding="utf-8"))[key]
    assert {claim for claim in CLAIMS if claim in sentence} == claims
    assert [claim for claim in claims if CLAIMS[claim] not in live] == []


async def test_nothing_is_promised_that_the_line_may_not_say(hotline: Hotline) -> None:
    found = (await hotline("registration", "--json")).json
    bans = read_bans(ROOT / "content", "en")
    texts = [*found["pages"].values()]
    texts += [one[name] for one in found["campaigns"].values() for name in ("description", "message_flow")]
    assert [said for text in texts for said in breaches(text, bans)] == []


async def test_a_text_that_does_not_fit_is_one_sentence_and_exit_code_one(
    hotline: Hotline, edit: Edit
) -> None:
    edit("messages/en.yml", 'STOP to stop."', "STOP to stop. " + "x" * 200 + '"')
    told = await hotline("registration")
    assert told.code == 1
    assert re.fullmatch(
        r"The opt_in_message of the alerts campaign has 3\d\d characters, not 20 to 320\.\n", told.err
    )
    again = await hotline("registration", "--json")
    assert (again.code, again.json["findings"]) == (1, [told.err.strip()])


async def test_too_many_keywords_do_not_fit(hotline: Hotline, edit: Edit) -> None:
    edit("registration/en.yml", "opt_in: [ALERTS,", f"opt_in: [{'A' * 250}, ALERTS,")
    told = await hotline("registration")
    assert told.code == 1
    assert "The opt_in_keywords of the alerts campaign has 2" in told.err


@pytest.mark.parametrize("lang", ["en", "es", "pt", "ht"])
@pytest.mark.parametrize(
    ("key", "part", "said"),
    [
        ("subscribed", "{line_name}", "name"),
        ("subscribed", "HELP", "HELP"),
        ("subscribed", "STOP", "STOP"),
        ("subscribed", "frequency", "frequency"),
        ("subscribed", "rates", "rates"),
        ("alert_frame", "STOP", "STOP"),
        ("welcome", "{line_name}", "name"),
        ("help", "{contact}", "contact"),
    ],
)
async def test_what_carriers_require_must_stand_in_every_language(
    hotline: Hotline, edit: Edit, lang: str, key: str, part: str, said: str
) -> None:
    signs = yaml.safe_load((ROOT / "content/registration/en.yml").read_text(encoding="utf-8"))["signs"]
    path = ROOT / f"content/messages/{lang}.yml"
    line = next(one for one in path.read_text(encoding="utf-8").splitlines() if one.startswith(f"{key}:"))
    words = signs[part][lang][0] if part in signs else part
    assert words in line
    edit(f"messages/{lang}.yml", line, line.replace(words, "so"))
    told = await hotline("registration")
    assert told.code == 1
    assert f"messages/{lang}.yml: {key} does not say: {said}.\n" in told.err


@pytest.mark.parametrize("key", sorted(REQUIRED))
async def test_a_language_without_the_sentence_is_named(hotline: Hotline, edit: Edit, key: str) -> None:
    """English would be sent in its place."""
    edit("messages/pt.yml", f"\n{key}: ", f"\nmoved_{key}: ")
    told = await hotline("registration")
    assert (told.code, told.err) == (
        1,
        f"messages/pt.yml has no {key}: carriers require it in every language.\n",
    )


async def test_a_page_with_an_unknown_name_in_braces_is_refused(hotline: Hotline, edit: Edit) -> None:
    edit("registration/en.yml", "Privacy of {line_name}", "Privacy of {company}")
    told = await hotline("registration")
    assert (told.code, told.out) == (1, "")
    assert "only these names may stand in braces: " in told.err


async def test_a_link_in_a_sample_is_declared(hotline: Hotline, edit: Edit) -> None:
    edit("registration/en.yml", "event_place: Public Library", "event_place: see example.org")
    campaigns = (await hotline("registration", "--json")).json["campaigns"]
    assert campaigns["alerts"]["has_embedded_links"] is True
    assert campaigns["hotline"]["has_embedded_links"] is False

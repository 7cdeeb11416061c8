"""`hotline content`: what an editor sees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from hotline.cli.content import app
from hotline.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.content.conftest import Spoil


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [*arguments])
    return result.exit_code, result.stdout, result.stderr


def test_check_of_good_content_ends_well_and_counts_the_cards(root: Path) -> None:
    code, out, err = run("check", "--root", str(root), "--city", "hartford")
    assert code == 0
    assert "50 cards: 50 draft, 0 reviewed. 50 topics in en es pt ht." in out
    assert re.search(
        r"^0 errors, \d+ warnings, 50 to review, \d+ hard to read, \d+ hints\.$", out, re.MULTILINE
    )
    assert "warning: rights.yml, line " in err
    assert "card national.minors: not reviewed in en, es, pt, ht (no lawyer has signed it)." in err
    assert "error:" not in err


def test_check_of_spoilt_content_exits_with_one_sentence_an_error(root: Path, spoil: Spoil) -> None:
    spoil("legal/national/rights.yml", "topic: minors", "topic: miners")
    code, _, err = run("check", "--root", str(root), "--city", "hartford")
    assert code == 1
    told = [line for line in err.splitlines() if line.startswith("error:")]
    assert len(told) == 1
    assert re.fullmatch(
        r"error: rights\.yml, line \d+, card national\.minors: topic: miners is not a topic .*\.", told[0]
    )


def test_strict_check_fails_on_warnings(root: Path) -> None:
    assert run("check", "--strict", "--root", str(root), "--city", "hartford")[0] == 1


def test_check_of_an_unknown_city_is_one_sentence(root: Path) -> None:
    code, _, err = run("check", "--root", str(root), "--city", "atlantis")
    assert code == 1
    assert "atlantis.yml is not there" in err


def test_list_names_every_card(root: Path) -> None:
    code, out, _ = run("list", "--root", str(root), "--city", "hartford")
    assert code == 0
    assert out.count("draft") >= 40


def test_show_prints_what_residents_get(root: Path) -> None:
    code, out, _ = run(
        "show", "ordinance_victims_witnesses", "--lang", "es", "--root", str(root), "--city", "hartford"
    )
    assert code == 0
    assert "--- law" in out
    assert "Sin revisar por abogado." in out


def test_show_of_a_topic_without_card_is_refused(root: Path) -> None:
    result = CliRunner().invoke(app, ["show", "greet", "--root", str(root), "--city", "hartford"])
    assert isinstance(result.exception, InputError)
    with pytest.raises(InputError, match="No card answers greet"):
        raise result.exception

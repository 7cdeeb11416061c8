"""A sign-off is written where the editor would write it, and stands as long as what was signed does."""

from __future__ import annotations

import difflib
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest
from typer.testing import CliRunner

from hotline.cli.content import app
from hotline.content import Card, Library
from hotline.content.checks.check import check
from hotline.content.review import fingerprint, reviewed, standing, void
from hotline.content.signing import SignOff, sign
from hotline.errors import ContentError
from hotline.refusal import Reason, Refused
from tests.content.conftest import CONTENT, Spoil

if TYPE_CHECKING:
    from pathlib import Path

TODAY: Final = date(2026, 11, 22)
RIGHTS: Final = "legal/national/rights.yml"
CARD: Final = "national.basic_rights"
LAWYER: Final = SignOff(CARD, "en", "Test Lawyer", "lawyer", TODAY)
TRANSLATOR: Final = SignOff(CARD, "es", "Ana Núñez", "translator", TODAY)
ENGLISH: Final = "Everyone has rights, with or without papers"
SPANISH: Final = "Toda persona tiene derechos, con papeles o sin papeles"


def signed(root: Path, *signoffs: SignOff) -> Card:
    for one in signoffs:
        sign(root, "hartford", one, TODAY)
    return read(root)


def read(root: Path, card_id: str = CARD) -> Card:
    card = Library.load(root, "hartford", today=TODAY).card(card_id)
    assert card
    return card


def changes(root: Path, file: str) -> tuple[list[str], list[str]]:
    """Lines that went and lines that came, of a file of the copy."""
    before, after = [(folder / file).read_text(encoding="utf-8").splitlines() for folder in (CONTENT, root)]
    told = list(difflib.ndiff(before, after))
    return [line[2:] for line in told if line.startswith("- ")], [
        line[2:] for line in told if line.startswith("+ ")
    ]


def test_a_translators_sign_off_adds_two_lines_and_touches_nothing_else(root: Path) -> None:
    signed(root, TRANSLATOR)
    gone, come = changes(root, RIGHTS)
    assert gone == []
    assert come[0] == "    signed:"
    assert come[1].startswith('      - {name: "Ana Núñez", role: translator, signed_on: 2026-11-22, text: "')
    assert len(come) == 2


def test_a_lawyers_sign_off_makes_the_card_a_reviewed_one(root: Path) -> None:
    card = signed(root, LAWYER)
    assert (card.status, card.reviewed_by, card.reviewed_on) == ("reviewed", "Test Lawyer", TODAY)
    gone, come = changes(root, RIGHTS)
    assert gone == ["status: draft"]
    assert [line.strip().partition(":")[0] for line in come] == [
        "status", "reviewed_on", "reviewed_by", "signed", "- {name",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "card_id", ["hartford.ordinance.sanctuary", "hartford.ordinance.c", "national.checkpoints"]
)
@pytest.mark.parametrize("lang", ["en", "ht"])
def test_comments_and_every_other_card_stay(root: Path, card_id: str, lang: str) -> None:
    """The first, one in the middle, and the last card of a file; the first and the last language."""
    before = {card.id: card for card in Library.load(CONTENT, "hartford").cards()}
    signed(root, replace(LAWYER, card=card_id, lang=lang))
    after = {card.id: card for card in Library.load(root, "hartford").cards()}
    assert list(after) == list(before)
    assert [id_ for id_, card in after.items() if card != before[id_]] == [card_id]
    for path in sorted((CONTENT / "legal").rglob("*.yml")):
        gone, _ = changes(root, str(path.relative_to(CONTENT)))
        assert gone in ([], ["status: draft"])


def test_every_card_can_be_signed(root: Path) -> None:
    """Each in one of its languages, in turn: all of them take four times as long and show nothing more."""
    signed_off = {}
    for number, card in enumerate(Library.load(root, "hartford").cards()):
        lang = [*card.texts][number % len(card.texts)]
        sign(root, "hartford", SignOff(card.id, lang, "Test", "lawyer", TODAY), TODAY)
        signed_off[card.id] = {lang}
    library = Library.load(root, "hartford", today=TODAY)
    assert {
        one.id: {lang for lang in one.texts if reviewed(one, lang)} for one in library.cards()
    } == signed_off
    assert not [text for text in check(root, "hartford", TODAY).of("review") if "no lawyer" in text]


# -- what counts as reviewed


def caution(root: Path, lang: str) -> bool:
    answer = Library.load(root, "hartford", today=TODAY).answer("basic_rights", lang)
    assert answer
    return ("Not yet checked" if lang == "en" else "Sin revisar") in answer.text


def test_a_language_is_reviewed_once_a_lawyer_signed_the_card_and_somebody_that_language(root: Path) -> None:
    signed(root, TRANSLATOR)
    assert caution(root, "es")
    signed(root, LAWYER)
    assert not caution(root, "es")
    assert not caution(root, "en")
    card = read(root)
    assert [lang for lang in card.texts if not reviewed(card, lang)] == ["pt", "ht"]


def test_a_lawyer_who_read_english_does_not_vouch_for_spanish(root: Path) -> None:
    signed(root, LAWYER)
    assert caution(root, "es")
    assert not caution(root, "en")


def test_a_card_that_only_calls_itself_reviewed_is_not(spoil: Spoil, root: Path) -> None:
    spoil(RIGHTS, "status: draft", "status: reviewed\nreviewed_on: 2026-11-20\nreviewed_by: Somebody")
    assert caution(root, "en")
    assert f"card {CARD}: status says reviewed, but no lawyer's sign-off stands" in "\n".join(
        check(root, "hartford", TODAY).of("warning")
    )


# -- a text that is changed


def test_a_changed_text_makes_its_sign_off_void_and_the_check_says_where(root: Path, spoil: Spoil) -> None:
    signed(root, LAWYER, TRANSLATOR)
    spoil(RIGHTS, SPANISH, "Usted tiene derechos, con papeles o sin papeles")
    assert caution(root, "es")
    assert not caution(root, "en")
    (told,) = [text for text in check(root, "hartford", TODAY).of("warning") if "void" in text]
    assert told.startswith("rights.yml, line ")
    assert f"card {CARD}, language es: the sign-off of Ana Núñez (translator) is void" in told
    line = int(told.split("line ")[1].split(",")[0])
    assert "Ana Núñez" in (root / RIGHTS).read_text(encoding="utf-8").splitlines()[line - 1]


def test_a_changed_english_text_makes_translations_void_too(root: Path, spoil: Spoil) -> None:
    signed(root, LAWYER, TRANSLATOR)
    spoil(RIGHTS, ENGLISH, "All people have rights, with or without papers")
    assert [lang for lang, _, _ in void(read(root))] == ["en", "es"]


def test_new_line_breaks_are_no_change(root: Path, spoil: Spoil) -> None:
    signed(root, LAWYER)
    spoil(RIGHTS, ENGLISH, ENGLISH.replace(" with", "\n      with"))
    assert not caution(root, "en")


@pytest.mark.parametrize("part", ["label", "short", "more"])
def test_every_part_that_residents_read_is_signed(part: str) -> None:
    card = read(CONTENT)
    words = card.texts["es"]
    other = card.model_copy(
        update={"texts": {**card.texts, "es": words.model_copy(update={part: getattr(words, part) + " x"})}}
    )
    assert fingerprint(card, "es", "lawyer") != fingerprint(other, "es", "lawyer")
    assert fingerprint(card, "en", "lawyer") == fingerprint(other, "en", "lawyer")


def test_the_quotation_is_signed_with_every_language() -> None:
    card = read(CONTENT, "hartford.ordinance.c")
    assert card.quotation
    quotation = card.quotation.model_copy(update={"text": card.quotation.text + "!"})
    other = card.model_copy(update={"quotation": quotation})
    for role in ("lawyer", "translator"):
        assert fingerprint(card, "pt", role) != fingerprint(other, "pt", role)


def test_signing_again_replaces_what_is_void(root: Path, spoil: Spoil) -> None:
    signed(root, TRANSLATOR, replace(LAWYER, lang="es"))
    spoil(RIGHTS, SPANISH, "Usted tiene derechos, con papeles o sin papeles")
    card = signed(root, replace(TRANSLATOR, name="Luis"))
    assert [(one.name, one.role) for one in card.texts["es"].signed] == [
        ("Test Lawyer", "lawyer"),
        ("Luis", "translator"),
    ]
    card = signed(root, replace(LAWYER, lang="es"), replace(TRANSLATOR, name="Luis"))
    assert sorted(one.name for one in card.texts["es"].signed) == ["Luis", "Test Lawyer"]
    assert list(void(card)) == []


def test_two_people_may_sign_the_same_text(root: Path) -> None:
    card = signed(root, TRANSLATOR, replace(TRANSLATOR, name="Luis"))
    assert [one.name for one in card.texts["es"].signed] == ["Ana Núñez", "Luis"]


# -- what is refused


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"card": "national.nothing"}, Reason.NO_CARD),
        ({"card": "basic_rights"}, Reason.NO_CARD),
        ({"lang": "fr"}, Reason.CARD_LANGUAGE),
        ({"name": "  "}, Reason.NO_SIGNER),
        ({"name": "x" * 81}, Reason.NO_SIGNER),
        ({"name": "Ana\nstatus: reviewed"}, Reason.NO_SIGNER),
        ({"on": date(2026, 11, 23)}, Reason.DATE_AHEAD),
    ],
)
def test_a_sign_off_that_cannot_be_is_refused_and_nothing_is_written(
    root: Path, wrong: dict[str, object], why: Reason
) -> None:
    with pytest.raises(Refused, match=why):
        sign(root, "hartford", replace(LAWYER, **wrong), TODAY)  # pyright: ignore[reportArgumentType] - fields of it
    assert changes(root, RIGHTS) == ([], [])


def test_a_card_with_a_source_below_grade_b_cannot_be_signed(root: Path, spoil: Spoil) -> None:
    spoil(RIGHTS, "grade: B}", "grade: C}")
    with pytest.raises(
        ContentError, match=r"rights\.yml, line \d+, card national\.basic_rights: .* too weak"
    ):
        sign(root, "hartford", LAWYER, TODAY)


def test_a_name_is_no_yaml(root: Path) -> None:
    card = signed(root, replace(LAWYER, name='A: "B" #c {d}, no'))
    assert card.reviewed_by == 'A: "B" #c {d}, no'


def test_nothing_is_left_beside_the_card(root: Path) -> None:
    signed(root, LAWYER)
    assert sorted(path.name for path in (root / RIGHTS).parent.iterdir()) == ["cases.yml", "rights.yml"]


# -- the command


def run(root: Path, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["sign", *arguments, "--root", str(root), "--city", "hartford"])
    assert result.exit_code == 0, result.exception
    return result.stdout


def test_the_command_says_what_is_still_missing(root: Path) -> None:
    told = run(root, CARD, "--language", "es", "--by", "Ana Núñez", "--on", "2026-11-01")
    assert f"{CARD} is signed in es by Ana Núñez, translator." in told
    assert "no lawyer has signed it" in told
    told = run(root, CARD, "--language", "en", "--by", "Test Lawyer", "--as", "lawyer", "--on", "2026-11-02")
    assert "Not signed yet in: pt, ht." in told
    assert read(root).texts["es"].signed[0].signed_on == date(2026, 11, 1)


def test_who_signs_and_what_must_be_said() -> None:
    for arguments in (
        [CARD, "--language", "es"],
        [CARD, "--by", "Ana"],
        [CARD, "--language", "es", "--by", "A", "--as", "cook"],
    ):
        assert CliRunner().invoke(app, ["sign", *arguments]).exit_code != 0


# -- standing


@pytest.mark.parametrize(
    ("today", "expired", "soon"),
    [
        (date(2026, 11, 30), False, False),
        (date(2026, 12, 1), False, True),
        (date(2026, 12, 31), False, True),
        (date(2027, 1, 1), True, False),
    ],
)
def test_a_card_is_listed_a_month_before_it_expires(today: date, *, expired: bool, soon: bool) -> None:
    card = read(CONTENT, "national.rights_at_door")
    assert card.review_by == date(2026, 12, 31)
    found = standing(card, ("en",), today)
    assert (found.expired, found.soon) == (expired, soon)

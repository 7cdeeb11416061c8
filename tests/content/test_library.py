"""What a resident gets: final texts with their caution, in a language that exists."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hotline.content import Library
from hotline.content.city import read_city
from hotline.content.library import PARTS
from hotline.content.signing import SignOff, sign
from hotline.content.topics import ANSWERED, REQUIRED, TOPICS
from hotline.errors import ContentError
from hotline.text.segments import count
from tests.content.conftest import CONTENT, Spoil

if TYPE_CHECKING:
    from pathlib import Path

NOW = date(2026, 11, 22)
LANGUAGES = read_city(CONTENT, "hartford")[0].languages


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load(CONTENT, "hartford", today=NOW)


def test_topics_are_the_assistants_intents(library: Library) -> None:
    assert library.topics == TOPICS
    assert len(TOPICS) == len(set(TOPICS)) == 70


@pytest.mark.parametrize("topic", REQUIRED)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_required_topic_has_a_short_answer_in_two_segments(
    library: Library, topic: str, lang: str
) -> None:
    answer = library.answer(topic, lang)
    assert answer is not None
    assert answer.lang == lang
    assert count(answer.text).count <= 2


def test_a_draft_says_so_and_offers_a_person(library: Library) -> None:
    answer = library.answer("rights_at_door", "en")
    assert answer is not None
    assert answer.text.endswith("Not yet checked by a lawyer. Text MORE or PERSON.")


def test_a_draft_says_so_in_spanish(library: Library) -> None:
    answer = library.answer("ordinance_admin_warrant", "es")
    assert answer is not None
    assert answer.text.endswith("Sin revisar por abogado. Escriba MAS, LEY o PERSONA.")


def test_past_its_date_a_draft_says_that_too() -> None:
    library = Library.load(CONTENT, "hartford", today=date(2030, 1, 1))
    answer = library.answer("rights_at_door", "en")
    assert answer is not None
    assert "Not checked by a lawyer, may be old." in answer.text


def test_on_its_last_day_a_card_is_still_good(root: Path) -> None:
    sign(root, "hartford", SignOff("national.basic_rights", "en", "X", "lawyer", NOW), NOW)
    last = Library.load(root, "hartford", today=date(2027, 2, 22)).answer("basic_rights", "en")
    after = Library.load(root, "hartford", today=date(2027, 2, 23)).answer("basic_rights", "en")
    assert last is not None
    assert after is not None
    assert last.text.endswith("Do not run, lie or show false papers. Text MORE or PERSON.")
    assert "This may be out of date." in after.text


def test_more_source_and_law_are_parts_of_their_own(library: Library) -> None:
    topic = "ordinance_victims_witnesses"
    short, more = library.answer(topic, "en"), library.answer(topic, "en", "more")
    source, law = library.answer(topic, "en", "source"), library.answer(topic, "en", "law")
    assert short is not None
    assert (short.has_more, short.has_law) == (True, True)
    assert more is not None
    assert "Text SOURCE or PERSON." in more.text
    assert source is not None
    assert "Hartford Code Sec. 2-928(b)" in source.text
    assert "2026-11-22" in source.text
    assert law is not None
    assert '"(b) Hartford police shall not inquire' in law.text
    assert "interviewed the [sic] Hartford" in law.text


def test_a_part_that_is_not_there_is_none(library: Library) -> None:
    assert library.answer("daca", "en", "more") is None
    assert library.answer("rights_at_door", "en", "law") is None
    assert library.answer("greet", "en") is None
    assert library.answer("no_such_topic", "en") is None


def test_an_answer_without_more_does_not_offer_it(library: Library) -> None:
    answer = library.answer("daca", "en")
    assert answer is not None
    assert not answer.has_more
    assert "MORE" not in answer.text


def test_a_language_without_a_text_gets_english_words(library: Library) -> None:
    answer = library.answer("rights_at_door", "fr")
    assert answer is not None
    assert answer.lang == "en"


@pytest.mark.parametrize("lang", ["en", "es", "pt", "ht"])
def test_every_topic_has_a_menu_label(library: Library, lang: str) -> None:
    for topic in ANSWERED:
        assert 0 < len(library.label(topic, lang)) <= 40


def test_labels_of_topics_without_a_card_come_from_the_lines_own_words(library: Library) -> None:
    assert library.label("ask_human", "es") == "Hablar con una persona"
    assert library.label("affirm", "es") == "affirm"


def test_the_citys_card_answers_before_the_nations(root: Path) -> None:
    card = (root / "legal/national/rights.yml").read_text(encoding="utf-8").split("---")[0]
    nearer = card.replace("id: national.basic_rights", "id: hartford.basic_rights").replace(
        "jurisdiction: national", "jurisdiction: city"
    )
    (root / "legal/hartford/nearer.yml").write_text(nearer, encoding="utf-8")
    answer = Library.load(root, "hartford").answer("basic_rights", "en")
    assert answer is not None
    assert answer.card == "hartford.basic_rights"


def test_two_cards_of_one_place_cannot_answer_one_topic(spoil: Spoil, root: Path) -> None:
    spoil("legal/national/rights.yml", "topic: minors", "topic: basic_rights")
    with pytest.raises(
        ContentError, match=r"rights\.yml, line \d+, card national\.minors: .* already answers"
    ):
        Library.load(root, "hartford")


def test_a_card_is_found_by_its_id(library: Library) -> None:
    card = library.card("national.basic_rights")
    assert card is not None
    assert card.topic == "basic_rights"
    assert library.card("national.nothing") is None


def test_meetings_come_from_the_city_pack_the_next_first(spoil: Spoil, root: Path) -> None:
    listed = [
        ("Past", "2026-11-21T18:00:00"),
        ("Later", "2026-12-05T18:30:00"),
        ("Tonight", "2026-11-22T18:00:00"),
    ]
    rows = "".join(
        f"\n  - {{name: {name}, starts: {at}, place: Library, source: flyer}}" for name, at in listed
    )
    spoil("cities/hartford.yml", r"events: \[\]", f"events:{rows}")
    answer = Library.load(root, "hartford", today=NOW).answer("community_events", "es")
    assert answer is not None
    assert answer.text == "dom 22 nov, 6:00 pm: Tonight, Library.\nsab 5 dic, 6:30 pm: Later, Library."


def test_no_meeting_is_said_honestly(library: Library) -> None:
    answer = library.answer("community_events", "en")
    assert answer is not None
    assert answer.text == library.say("events_none", "en")
    assert library.answer("community_events", "en", "more") is None


def test_another_city_hears_nothing_of_hartford(root: Path) -> None:
    (root / "cities/riverton.yml").write_text(
        "id: riverton\nname: Riverton\nline_name: Riverton Line\n"
        "timezone: America/Chicago\nlanguages: [en, es]\n"
        "zones: [{id: mill, name: Mill Side}]\n"
        "policy: [{who: oncall, after_seconds: 0}, {who: everyone, after_seconds: 60}]\n",
        encoding="utf-8",
    )
    library = Library.load(root, "riverton")
    texts = [
        library.render(card, lang, part) for card in library.cards() for lang in card.texts for part in PARTS
    ]
    texts += [
        library.say(key, lang)
        for lang in ("en", "es", "pt", "ht")
        for key in ("welcome", "menu", "who_are_you", "out_of_scope")
    ]
    assert "Riverton" in library.say("menu", "es")
    assert [text for text in texts if "Hartford" in text] == []


def test_a_signed_and_reviewed_card_needs_no_caution(root: Path) -> None:
    sign(root, "hartford", SignOff("national.basic_rights", "en", "Test Reviewer", "lawyer", NOW), NOW)
    library = Library.load(root, "hartford", today=NOW)
    answer, card = library.answer("basic_rights", "en"), library.card("national.basic_rights")
    assert answer is not None
    assert card is not None
    assert "lawyer. Text MORE" not in answer.text
    assert card.texts["en"].signed[0].name == "Test Reviewer"


# --- the line's own sentences ---


def test_say_fills_in_names(library: Library) -> None:
    assert library.say("page_taken", "en", id="7", handle="rosa") == "rosa has 7. Thank you."


def test_say_knows_city_and_line_by_itself(library: Library) -> None:
    assert "Santuario Hartford" in library.say("welcome", "es")
    assert "Hartford's ordinance" in library.say("menu", "en")


def test_say_falls_back_to_english(library: Library) -> None:
    assert library.say("thanks", "fr") == library.say("thanks", "en")


def test_say_leaves_out_an_optional_part_without_a_value(library: Library) -> None:
    assert library.say("raid_nobody", "en", partner="").endswith("In danger? Call 911.")
    assert library.say("raid_nobody", "en", partner="211").endswith(" You can also call 211.")


@given(st.text())
@example("[immigration status] {id} 100% [{partner}]")
def test_what_people_wrote_is_passed_on_letter_for_letter(library: Library, text: str) -> None:
    assert library.say("relay_to_reporter", "en", text=text) == f"Responder: {text}"


def test_say_refuses_an_unknown_key(library: Library) -> None:
    with pytest.raises(ContentError, match=r"no message nonsense"):
        library.say("nonsense", "en")


def test_say_names_the_values_that_are_missing(library: Library) -> None:
    with pytest.raises(ContentError, match=r"page_taken in en needs values for: handle, id"):
        library.say("page_taken", "en")


def test_loading_an_unknown_city_is_one_clear_sentence() -> None:
    with pytest.raises(ContentError, match=r"atlantis\.yml is not there"):
        Library.load(CONTENT, "atlantis")


def test_sources_say_where_each_can_be_found_and_when_a_copy_was_read(library: Library) -> None:
    answer = library.answer("rights_in_car", "en", "source")
    assert answer is not None
    assert "ILRC rights card, quoted by CT 211 (2025), uwc.211ct.org (2026-11-22)" in answer.text
    assert "huntleylaw.com (2026-11-28)" in answer.text
    assert answer.text.count("huntleylaw.com") == 1  # its title names it
    law = library.answer("rights_at_school", "en", "source")
    assert law is not None
    assert "Plyler v. Doe, 457 U.S. 202 (1982) (2026-11-22)" in law.text  # a citation has no page

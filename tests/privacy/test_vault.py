"""Numbers: named by a keyed pseudonym, kept sealed, and readable through a change of the key."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.errors import SettingsError
from hotline.privacy.vault import Vault, parse_number
from hotline.refusal import Reason, Refused

OLD, NEW = "the old secret of this line", "the new secret of this line"
PHONE = "+18605550111"


@pytest.fixture
def vault() -> Vault:
    """A vault with one secret."""
    return Vault([OLD])


@given(number=st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_a_pseudonym_is_26_letters_and_digits_and_always_the_same(number: str) -> None:
    assert re.fullmatch(r"[a-z2-7]{26}", Vault([OLD]).pseudonym(number))
    assert Vault([OLD]).pseudonym(number) == Vault([OLD]).pseudonym(number)


def test_a_pseudonym_cannot_be_made_without_the_key(vault: Vault) -> None:
    """All numbers of a city are soon tried: only the key keeps them from being found."""
    assert vault.pseudonym(PHONE) != Vault([NEW]).pseudonym(PHONE)


def test_the_same_phone_on_another_channel_is_another_pseudonym(vault: Vault) -> None:
    channels = (PHONE, f"whatsapp:{PHONE}", f"rcs:{PHONE}", f"messenger:{PHONE[1:]}")
    assert len({vault.pseudonym(address) for address in channels}) == 4


def test_numbers_of_a_whole_exchange_have_pseudonyms_of_their_own(vault: Vault) -> None:
    numbers = [f"+1860555{line:04}" for line in range(10_000)]
    assert len({vault.pseudonym(number) for number in numbers}) == len(numbers)


@given(text=st.text(max_size=300))
def test_what_is_sealed_opens_as_it_was_and_shows_nothing(text: str) -> None:
    vault = Vault([OLD])
    sealed = vault.seal(text)
    assert vault.open(sealed) == text
    assert re.fullmatch(r"[A-Za-z0-9_=-]+", sealed)
    if len(text) > 8:
        assert text not in sealed


def test_the_same_number_is_sealed_differently_each_time(vault: Vault) -> None:
    assert vault.seal(PHONE) != vault.seal(PHONE)


def test_after_a_change_of_the_key_old_data_opens_and_nobody_is_renamed() -> None:
    before, during = Vault([OLD]), Vault([NEW, OLD])
    assert during.open(before.seal(PHONE)) == PHONE
    assert during.pseudonym(PHONE) == before.pseudonym(PHONE)


def test_after_a_change_of_the_key_new_data_needs_the_new_one() -> None:
    sealed = Vault([NEW, OLD]).seal(PHONE)
    assert Vault([NEW]).open(sealed) == PHONE
    with pytest.raises(SettingsError):
        Vault([OLD]).open(sealed)


@pytest.mark.parametrize("damage", ["", "x", "gAAAA", PHONE, "\x00", "ü"])
def test_what_was_never_sealed_does_not_open(vault: Vault, damage: str) -> None:
    with pytest.raises(SettingsError):
        vault.open(damage)


def test_what_was_changed_on_the_way_does_not_open(vault: Vault) -> None:
    sealed = vault.seal(PHONE)
    with pytest.raises(SettingsError):
        vault.open(sealed[:-10] + ("A" if sealed[-10] != "A" else "B") + sealed[-9:])


def test_the_wrong_key_is_one_sentence_that_names_the_setting(vault: Vault) -> None:
    sealed = vault.seal(PHONE)
    with pytest.raises(SettingsError) as caught:
        Vault([NEW]).open(sealed)
    assert str(caught.value) == "HOTLINE_SECRET_KEY is not the key this data was sealed with."


@pytest.mark.parametrize(
    "written", [PHONE, "8605550111", "(860) 555-0111", "860-555-0111", "1 860 555 0111", " 860.555.0111 "]
)
def test_a_number_is_understood_as_people_write_it(written: str) -> None:
    assert parse_number(written) == PHONE


def test_a_number_from_abroad_keeps_its_country() -> None:
    assert parse_number("+502 5555 0111") == "+50255550111"


@pytest.mark.parametrize("written", ["", "hello", "911", "777666", "+1777666555444333", "+"])
def test_what_is_no_number_is_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(Refused, match=Reason.BAD_NUMBER) as caught:
        parse_number(written)
    assert caught.value.values == {}


@pytest.mark.parametrize("written", ["555-0111", "5550111"])
def test_a_number_without_its_area_is_refused(written: str) -> None:
    with pytest.raises(Refused, match=Reason.BAD_NUMBER):
        parse_number(written)

"""The number on every alert: random, nobody else's for 90 days, and it leads to what we said."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hotline.broadcasts import closing, verification
from hotline.broadcasts.drafting import DraftRequest
from hotline.store import DAY, keys
from tests.stage.office import HOUR

if TYPE_CHECKING:
    from hotline.store import Store
    from tests.stage.office import Office

TIME = 1_795_434_000.0  # 2026-11-23, 6:40 am in Hartford


async def used(store: Store, numbers: range) -> None:
    pipe = store.redis.pipeline(transaction=False)
    for number in numbers:
        pipe.set(keys.broadcast_code(number), "1", ex=DAY)
    await pipe.execute()


async def test_a_code_is_three_digits_and_no_emergency_number(store: Store) -> None:
    codes = [await verification.new_code(store) for _ in range(200)]
    assert all(len(code) == 3 and code.isdecimal() for code in codes)
    assert len(set(codes)) == 200
    assert not verification.SERVICE_NUMBERS & set(codes)
    assert codes != sorted(codes)


async def test_codes_taken_at_the_same_moment_differ(store: Store) -> None:
    codes = await asyncio.gather(*[verification.new_code(store) for _ in range(50)])
    assert len(set(codes)) == 50


async def test_a_code_is_kept_for_ninety_days_although_its_draft_was_never_written(store: Store) -> None:
    code = await verification.new_code(store)
    assert 89 * DAY < await store.redis.ttl(keys.broadcast_code(code)) <= 90 * DAY
    assert await verification.by_code(store, code) is None


@pytest.mark.parametrize(("last", "digits"), [(540, 3), (560, 4)])
async def test_a_fourth_digit_comes_when_over_half_are_used(store: Store, last: int, digits: int) -> None:
    await used(store, range(100, last))
    codes = [await verification.new_code(store) for _ in range(5)]
    assert {len(code) for code in codes} == {digits}


async def test_what_was_sent_is_found_by_its_code_and_a_draft_is_not(office: Office) -> None:
    await office.sign_up(1)
    one = await office.draft()
    assert await verification.sent_with(office.store, one.code) is None
    await office.approve(one.id)
    found = await verification.sent_with(office.store, one.code)
    assert found
    assert found.id == one.id


async def test_what_was_cancelled_before_it_reached_anybody_is_not_ours(office: Office) -> None:
    await office.sign_up(1)
    one = await office.sending()
    await office.move(one.id, "cancel")
    assert await verification.sent_with(office.store, one.code) is None


async def test_an_alert_leads_to_how_it_ended(office: Office) -> None:
    await office.sign_up(1)
    draft = await office.drafted(DraftRequest("organizer1", "event", HOUR, {"en": "Meeting at six."}))
    one = await office.approve(draft.id)
    for id_ in await office.deliver():
        await office.box.accepted(id_, f"SM{id_}")
    assert await verification.ending_of(office.store, one) is None
    await closing.close(
        office.store, office.library, office.settings, one.id, now=office.now, by="organizer1",
        reason="cancelled",
    )  # fmt: skip
    ending = await verification.ending_of(office.store, one)
    assert ending
    said = verification.said(office.library, ending, "en", one.code)
    assert said == office.library.say("closing_cancelled", "en")


async def test_the_words_are_quoted_without_their_frame_in_the_readers_language(office: Office) -> None:
    one = await office.draft(en="Meeting at six.", es="Reunión a las seis.")
    quoted = [verification.said(office.library, one, lang, one.code) for lang in ("en", "es", "pt")]
    assert quoted == ["Meeting at six.", "Reunión a las seis.", "Meeting at six."]
    bare = replace(one, texts={"en": "No frame at all"})
    assert verification.said(office.library, bare, "en", one.code) == "No frame at all"


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("en", "6:40 am Nov 23"),
        ("es", "6:40 am, 23 nov"),
        ("ht", "6:40 am, 23 nov"),
        ("fr", "6:40 am Nov 23"),
    ],
)
def test_the_time_is_written_as_people_here_write_it(office: Office, lang: str, expected: str) -> None:
    assert verification.moment(office.library, TIME, lang) == expected

"""Signing up by text: what is kept of a consent, words given out at a meeting, and YES."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts import rsvp
from hotline.broadcasts.broadcast import Broadcast
from hotline.broadcasts.states import BroadcastState
from hotline.store import DAY, keys
from hotline.subscriptions import subscribers
from tests.stage.talk import NOW

if TYPE_CHECKING:
    from hotline.store import Store
    from tests.stage.talk import Talk

CODE = subscribers.Code("PARK24", ("frog_hollow",), ("alert", "event"), NOW + DAY)


async def kept(talk: Talk) -> dict[str, str]:
    return await cast("Any", talk.store.redis.hgetall(keys.subscriber(talk.person)))


async def told_of_a_meeting(store: Store, person: str, at: float) -> str:
    """A broadcast of kind event that this person got; answers its number."""
    one = Broadcast(
        "5", BroadcastState.SENT, "event", "olga", {"en": "x"}, "all", at + 60, code="482", approved_at=at,
        drafted_at=at,
    )  # fmt: skip
    commit = broadcasts.written(one, by="olga", what="draft", now=at)
    commit.receipt(one.id, person, "delivered", DAY)
    await store.commit(commit)
    return one.id


async def test_consent_is_kept_in_the_words_that_were_shown_and_nights_apart(talk: Talk) -> None:
    await talk.begin()
    shown, asked = await talk.says("ALERTS Frog Hollow")
    first = await kept(talk)
    assert json.loads(first["consent"]) == {"shown": shown, "lang": "en", "at": NOW, "channel": "text"}
    assert first["night"] == "", "silence is no consent"
    await talk.says("1")
    assert json.loads((await kept(talk))["night"])["shown"] == asked
    await talk.says("NIGHT")
    await talk.says("2")
    assert (await kept(talk))["night"] == ""


async def test_a_word_given_out_at_a_meeting_signs_up_while_it_lives(talk: Talk) -> None:
    await talk.begin()
    assert await talk.says("park24") != []
    assert await kept(talk) == {}
    await talk.store.commit(subscribers.with_code(CODE))
    (shown, _) = await talk.says("park24!")
    assert "Frog Hollow" in shown
    found = await kept(talk)
    assert json.loads(found["consent"])["channel"] == "event:PARK24"
    assert json.loads(found["kinds"]) == ["alert", "event"]


async def test_yes_counts_once_and_only_who_was_told_of_a_meeting(talk: Talk) -> None:
    await talk.begin()
    id_ = await told_of_a_meeting(talk.store, "somebody-else", NOW)
    await talk.says("YES")
    assert await rsvp.count(talk.store, id_) == 0
    await told_of_a_meeting(talk.store, talk.person, NOW)
    for words in ("Yes!", "sí"):
        assert "count you in" in " ".join(await talk.says(words))
    assert await rsvp.count(talk.store, id_) == 1


@pytest.mark.parametrize("at", [NOW - 8 * DAY])
async def test_a_yes_a_week_later_is_about_something_else(talk: Talk, at: float) -> None:
    await talk.begin()
    id_ = await told_of_a_meeting(talk.store, talk.person, at)
    await talk.says("yes")
    assert await rsvp.count(talk.store, id_) == 0


async def test_leaving_one_kind_keeps_the_others(talk: Talk) -> None:
    await talk.begin()
    await talk.says("ALERTS ALL")
    await talk.says("2")
    await talk.says("ONLY ALERTS")
    assert json.loads((await kept(talk))["kinds"]) == ["alert"]
    await talk.says("ALL KINDS")
    assert set(json.loads((await kept(talk))["kinds"])) == set(subscribers.KINDS)

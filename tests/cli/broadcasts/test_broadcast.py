"""`hotline broadcast`: written by one organizer, sent by another, held and ended by either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from hotline.store import keys
from tests.cli.scene import NUMBER, done, reported

if TYPE_CHECKING:
    from tests.cli.conftest import Hotline
    from tests.stage.office import Office


SPOKEN: Final = {"draft": "a draft", "sending": "being sent", "cancelled": "dropped"}


async def drafted(hotline: Hotline, *more: str, kind: str = "event") -> str:
    """A draft of organizer1; answers its number."""
    made = await hotline(
        "broadcast", "draft", "--by", "organizer1", "--kind", kind, "--expires", "2h",
        "--text", "en=Meeting at six.", "--json", *more,
    )  # fmt: skip
    assert made.code == 0, made.err
    return str(made.json["id"])


async def approved(hotline: Hotline, office: Office, id_: str) -> str:
    """What organizer2 sends, with the code on their phone."""
    asked = await hotline("broadcast", "approve", id_, "--by", "organizer2")
    assert (asked.code, "A code is on organizer2's phone" in asked.out) == (3, True), asked
    code = await office.code_of("organizer2", "cli*")
    return done(await hotline("broadcast", "approve", id_, "--by", "organizer2", "--code", code))


async def test_a_broadcast_is_drafted_approved_paused_resumed_and_cancelled(
    hotline: Hotline, office: Office
) -> None:
    id_ = await drafted(hotline)

    async def state() -> str:
        return str((await hotline("broadcast", "status", id_, "--json")).json["state"])

    assert await state() == "draft"
    assert f"Broadcast {id_}" in await approved(hotline, office, id_)
    seen = [await state()]
    for step in (("pause", id_), ("resume", id_), ("cancel", id_)):
        assert f"Broadcast {id_}" in done(await hotline("broadcast", *step))
        seen.append(await state())
    assert seen == ["sending", "paused", "sending", "cancelled"]


@pytest.mark.usefixtures("office")
async def test_a_draft_says_who_must_act_next(hotline: Hotline) -> None:
    said = done(
        await hotline(
            "broadcast",
            "draft",
            "--by",
            "organizer1",
            "--kind",
            "news",
            "--expires",
            "1d",
            "--text",
            "en=Hello.",
        )
    )
    assert "A second organizer sends it: hotline broadcast approve 1" in said


async def test_who_drafted_a_broadcast_cannot_approve_it(hotline: Hotline, office: Office) -> None:
    id_ = await drafted(hotline)
    refused = await hotline("broadcast", "approve", id_, "--by", "organizer1")
    assert (refused.code, refused.err) == (
        1,
        "You wrote Broadcast 1. Another organizer sends it: hotline broadcast approve 1 --by HANDLE.\n",
    )
    assert await cast("Any", office.store.redis.hget(keys.broadcast(id_), "state")) == "draft"
    assert not await office.store.redis.exists(keys.broadcasts_sending)


async def test_a_language_of_the_audience_without_its_text_stops_the_approval(
    hotline: Hotline, office: Office
) -> None:
    done(await hotline("subscribers", "add", NUMBER, "--consent", "signed on paper in May", "--lang", "es"))
    id_ = await drafted(hotline)
    refused = await hotline("broadcast", "approve", id_, "--by", "organizer2")
    said = "Broadcast 1 has no text for people who read ES: it cannot be sent so. Add that --text"
    assert (refused.code, refused.err.startswith(said)) == (1, True)
    assert await cast("Any", office.store.redis.hget(keys.broadcast(id_), "state")) == "draft"
    assert not await office.store.redis.exists(keys.broadcast_todo(id_))


@pytest.mark.parametrize(
    ("before", "step"),
    [
        ((), ("pause",)),
        ((), ("resume",)),
        (("approve",), ("resume",)),
        (("approve",), ("approve", "--by", "organizer2")),
        (("cancel",), ("cancel",)),
        (("cancel",), ("approve", "--by", "organizer2")),
    ],
)
async def test_a_broadcast_cannot_be_moved_out_of_turn(
    hotline: Hotline, office: Office, before: tuple[str, ...], step: tuple[str, ...]
) -> None:
    id_ = await drafted(hotline)
    for name in before:
        if name == "approve":
            await approved(hotline, office, id_)
        else:
            done(await hotline("broadcast", name, id_))
    state = (await hotline("broadcast", "status", id_, "--json")).json["state"]
    refused = await hotline("broadcast", step[0], id_, *step[1:])
    words = SPOKEN[state]
    assert (refused.code, refused.err) == (
        1, f"Broadcast {id_} is {words}: that cannot be done now. See hotline broadcast status {id_}.\n",
    )  # fmt: skip
    assert (await hotline("broadcast", "status", id_, "--json")).json["state"] == state


async def test_an_alert_is_written_from_a_confirmed_incident_only(hotline: Hotline, office: Office) -> None:
    id_ = await reported(office)
    await office.claimed(id_, "responder1")
    text = (
        "--by",
        "organizer1",
        "--kind",
        "alert",
        "--expires",
        "90m",
        "--text",
        "en=Confirmed.",
        "--incident",
        id_,
    )
    refused = await hotline("broadcast", "draft", *text)
    assert (refused.code, "confirmed report" in refused.err) == (1, True)
    await office.told(id_, "confirmed")
    made = await hotline("broadcast", "draft", *text, "--json")
    assert (made.code, made.json["kind"], made.json["incident"]) == (0, "alert", id_)

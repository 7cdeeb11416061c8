"""A broadcast's state changes by the moves of its table alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts import closing
from hotline.broadcasts.delivery.carrier_failures import CarrierFailures
from hotline.broadcasts.drafting import DraftRequest
from hotline.broadcasts.states import MOVES, BroadcastMove, BroadcastState
from hotline.errors import InputError
from hotline.store import keys
from tests.stage.office import HOUR, NOW

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.stage.office import Office

    type Deed = Callable[[Office, str], Awaitable[object]]

ID: Final = "1"
THEY: Final = (BroadcastMove.PAUSE, BroadcastMove.RESUME, BroadcastMove.CANCEL)


async def put(office: Office, **fields: str) -> None:
    await cast("Any", office.store.redis).hset(keys.broadcast(ID), mapping=fields)


async def a_broadcast(office: Office, state: BroadcastState, *, drill: bool = False) -> None:
    """One that people were told by, put into a state as if everything had led there."""
    await office.sign_up(2)
    request = DraftRequest("organizer1", "event", HOUR, {"en": "Meeting at six."}, drill=drill)
    assert (await office.drafted(request)).id == ID
    await put(office, state=state, total="2", approved_at=str(NOW))
    await cast("Any", office.store.redis).zadd(keys.broadcasts_sending, {ID: NOW})


async def a_closing(office: Office, state: BroadcastState) -> None:
    """The text that ends a broadcast, likewise."""
    await a_broadcast(office, BroadcastState.CLOSED)
    await put(office, state=state, closes=ID, kind="closing")


def by_hand(move: BroadcastMove) -> Deed:
    return lambda office, id_: broadcasts.move(office.store, id_, move, now=NOW)


async def close(office: Office, id_: str) -> None:
    await closing.close(
        office.store, office.library, office.settings, id_, now=NOW, by="organizer2", reason="cancelled"
    )


async def feed(office: Office, _: str) -> None:
    await office.delivery.feed()


async def too_late(office: Office, _: str) -> None:
    office.now += 2 * HOUR
    await office.delivery.feed()


async def hold(office: Office, id_: str) -> None:
    """The carrier says of a text of it that our account is wrong."""
    refusals = CarrierFailures(office.store, office.vault, office.library, lambda: NOW)
    fields = {"broadcast": id_, "sender": "alerts", "person": "p", "attempts": "1"}
    await office.store.commit(await refusals.also("out", fields, "retry", 20003))


DEEDS: Final[dict[BroadcastMove, Deed]] = {
    BroadcastMove.APPROVE: lambda office, id_: office.approve(id_),
    BroadcastMove.BEGIN: feed,
    BroadcastMove.SETTLE: feed,
    BroadcastMove.HOLD: hold,
    BroadcastMove.EXPIRE: too_late,
    BroadcastMove.CLOSE: close,
    **{move: by_hand(move) for move in THEY},
}


@pytest.mark.parametrize("move", DEEDS)
@pytest.mark.parametrize("state", BroadcastState)
async def test_what_is_done_to_a_broadcast_is_what_the_table_allows(
    office: Office, state: BroadcastState, move: BroadcastMove
) -> None:
    await (a_closing if move is BroadcastMove.BEGIN else a_broadcast)(office, state)
    try:
        await DEEDS[move](office, ID)
    except InputError:
        assert not MOVES.may(state, move)
    before, after = MOVES.rows[move]
    found = await office.state(ID)
    if state in before:
        assert found == after[0]
    elif found != state:  # what is fed is done with everything that is due
        assert any(MOVES.may(state, other) and found in MOVES.rows[other][1] for other in DEEDS)
        assert DEEDS[move] is feed


async def test_a_drill_is_over_once_it_is_approved(office: Office) -> None:
    await a_broadcast(office, BroadcastState.DRAFT, drill=True)
    assert (await office.approve(ID)).state is BroadcastState.SENT


def test_a_broadcast_that_is_closed_stays_closed() -> None:
    assert not any(MOVES.may(BroadcastState.CLOSED, move) for move in BroadcastMove)


def test_every_state_of_a_broadcast_can_be_reached() -> None:
    assert {state for _, after in MOVES.rows.values() for state in after} == set(BroadcastState)


async def test_what_is_paused_as_its_last_text_is_fed_stays_paused(office: Office) -> None:
    """A worker that read it while it was being sent must not call it sent."""
    await a_broadcast(office, BroadcastState.SENDING)
    read = await broadcasts.load(office.store, ID)
    await office.move(ID, "pause")
    await office.delivery._settle(read)
    assert await office.state(ID) == BroadcastState.PAUSED

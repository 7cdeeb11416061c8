"""kill -9 around the deletion at the carrier: neither the photo nor the deletion is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotline.incidents.photos import LEASE
from tests.faults.test_killed import dying
from tests.incidents.test_photos import gone, link_in, opened
from tests.stage.line import PROGRAMS, RESPONDER1, Line, wait_until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.fault


@pytest.mark.parametrize("point", ["before_removal", "before_keeping"])
async def test_a_worker_killed_between_keeping_a_photo_and_deleting_the_original_loses_neither(
    tmp_path: Path, point: str
) -> None:
    """The next worker shows the photo, and the original goes in the end."""
    async with Line(tmp_path) as line:
        await line.start("simulator", "webhook")
        line.spawn("worker", dying(point, 1))
        await line.text("+18605550111", "", media=["/media/street.png"])
        await wait_until(lambda: dead(line), 60, "the worker's death")
        [sent] = [one for one in await line.messages("+18605550111") if one["media"]]
        assert not await gone(line, sent["sid"])
        line.kill("worker")
        line.spawn("worker", PROGRAMS["worker"])
        assert (await opened(line, await link_in(line, RESPONDER1, LEASE + 40)))[0] == 200
        await wait_until(lambda: gone(line, sent["sid"]), 30, "the carrier's copy going")


async def dead(line: Line) -> bool:
    return not line.alive("worker")

"""What still has to go at the carrier: written in the step that decides it, kept until it is gone there."""

from __future__ import annotations

import json
from typing import Final

from hotline.store import Commit, keys

DUE: Final = keys.removals_due
KEPT: Final = keys.removals
# Seconds: what we keep instead must have reached the disk before the original goes.
GRACE: Final = 3.0


def owed(id_: str, url: str, now: float) -> Commit:
    """The writes by which a picture at the carrier has to go; a second time changes nothing.

    Args:
        id_: of the photo.
        url: its sealed address.
        now: seconds since the epoch.
    """
    commit = Commit()
    commit.hsetnx(KEPT, id_, json.dumps({"url": url, "since": now}))
    commit.zadd(DUE, now + GRACE, id_, only="new")
    return commit


def over(id_: str) -> Commit:
    """The writes when it is gone there."""
    commit = Commit()
    commit.hdel(KEPT, id_)
    commit.zrem(DUE, id_)
    return commit

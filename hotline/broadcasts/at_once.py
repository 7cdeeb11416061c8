"""Decides about a broadcast and commits it: for the command line, which has no turn."""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING, Any, Final

from hotline.broadcasts.broadcast import Broadcast, load
from hotline.refusal import Reason, Refused
from hotline.store import Commit, Conflict, Store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from typing import Concatenate

TRIES: Final = 20  # how often it is decided anew


def at_once[**P](
    decided: Callable[Concatenate[Store, P], Awaitable[tuple[Broadcast, Commit]]],
) -> Callable[Concatenate[Store, P], Coroutine[Any, Any, Broadcast]]:
    """What a function decides, also done.

    The answer is the broadcast as it then is. When somebody was first it is decided anew: what the function
    raises then says what is in the way.
    """

    @functools.wraps(decided)
    async def done(store: Store, /, *arguments: P.args, **named: P.kwargs) -> Broadcast:
        for _ in range(TRIES):
            one, commit = await decided(store, *arguments, **named)
            with contextlib.suppress(Conflict):
                await store.commit(commit)
                return await load(store, one.id)
        raise Refused(Reason.BUSY)

    return done

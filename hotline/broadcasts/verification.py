"""The number by which anybody can check that a text is ours: VERIFY 482."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from hotline.broadcasts.broadcast import BROADCAST_TTL, Broadcast, load_many, recent
from hotline.broadcasts.states import BroadcastState
from hotline.content.clock import MONTHS, hour
from hotline.store import keys

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.store import Key, Store

SHORTEST: Final = 3  # digits
# People would call these, or think that we mean them.
SERVICE_NUMBERS: Final = frozenset({"211", "311", "411", "511", "611", "711", "811", "911", "988"})
_MARK: Final = "\0"


async def new_code(store: Store) -> str:
    """Reserve a number that no broadcast of the last 90 days had.

    Three random digits. When more than half of those are used there is one digit more: a number that
    somebody makes up must be unlikely to be one of ours.
    """
    digits = SHORTEST
    while True:
        codes = [str(number) for number in range(10 ** (digits - 1), 10**digits)]
        free = [code for code in codes if code not in SERVICE_NUMBERS]
        used = await store.exists(*[_key(code) for code in free])
        if 2 * used > len(free):
            digits += 1
            continue
        code = secrets.choice(free)
        if await store.set(_key(code), "", BROADCAST_TTL, only_new=True):
            return code


def _key(code: str) -> Key:
    return keys.broadcast_code(code)


async def by_code(store: Store, code: str) -> Broadcast | None:
    """The broadcast with this number; None when there is none."""
    id_ = await store.get(_key(code))
    found = await load_many(store, [str(id_)]) if id_ else []
    return found[0] if found else None


async def sent_with(store: Store, code: str) -> Broadcast | None:
    """The broadcast with this number, if people may have got it; a draft or a drill reached nobody."""
    one = await by_code(store, code)
    if one is None or not one.approved_at or one.drill:
        return None
    if one.state is BroadcastState.CANCELLED and not one.reached:
        return None
    return one


async def ending_of(store: Store, one: Broadcast) -> Broadcast | None:
    """The text that told people how an alert ended; None when there is none."""
    told = (other for other in await recent(store, 200) if other.closes == one.id and other.approved_at)
    return next(told, None)


def said(library: Library, one: Broadcast, lang: str, code: str) -> str:
    """Its words without the frame, in a language or else in the first it was sent in."""
    chosen = lang if lang in one.texts else next(iter(one.texts), "")
    words = one.texts.get(chosen, "")
    keys = ("closing_frame", "closing_frame_other") if one.kind == "closing" else ("alert_frame",)
    for key in keys:
        before, _, after = library.say(key, chosen or "en", text=_MARK, code=code).partition(_MARK)
        if words.startswith(before) and words.endswith(after):
            return words[len(before) : len(words) - len(after)]
    return words


def moment(library: Library, at: float, lang: str) -> str:
    """An instant as people here write it: ``6:40 am Nov 23``, in the other languages ``6:40 am, 23 nov``."""
    local = library.city.local(at)
    month = MONTHS.get(lang, MONTHS["en"]).split()[local.month - 1]
    clock = hour(local)
    is_english = MONTHS.get(lang, MONTHS["en"]) is MONTHS["en"]
    return f"{clock} {month} {local.day}" if is_english else f"{clock}, {local.day} {month}"

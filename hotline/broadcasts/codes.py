"""One-time codes. A sender number is easy to forge; only the person who holds the phone reads our text."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from hotline.broadcasts.broadcast import to_fields
from hotline.refusal import Reason, Refused
from hotline.store import MINUTE, Commit, keys

if TYPE_CHECKING:
    from hotline.broadcasts.broadcast import Broadcast
    from hotline.privacy.vault import Vault
    from hotline.store import Store

DIGITS: Final = 6
LIFE: Final = 10 * MINUTE
TRIES: Final = 3  # the third wrong code voids it
HOUR: Final = 60 * MINUTE
CONSOLE: Final = "console "  # begins the name of an action asked for at the console is called
MOST: Final = 10  # codes of one person in an hour: thirty guesses at a million

type Outcome = Literal["right", "wrong", "void", "over"]


@dataclass(frozen=True)
class Action:
    """What somebody asked to do: ``approve``, ``resume`` …, and the broadcast it is done to, "" for none."""

    what: str
    about: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Tried:
    """What a code that came in was worth; Store `commit`, or it can be tried again and again."""

    outcome: Outcome
    commit: Commit
    action: Action = Action("")
    left: int = 0


def fingerprint(one: Broadcast) -> str:
    """A fingerprint of the words: a code sends what it was asked for, not what was written since."""
    return hashlib.sha256(to_fields(one)["texts"].encode()).hexdigest()[:16]


async def ask(store: Store, vault: Vault, person: str, action: Action, now: float) -> tuple[str, Commit]:
    """A fresh code and the writes that keep it, keyed.

    It takes the place of a code that still waits: one person has one at most.

    Raises:
        Refused: this phone asked too often.
    """
    commit, key, count = Commit(), keys.onetime(person), keys.onetime_hour(person)
    if int(await store.get(count) or 0) >= MOST:
        raise Refused(Reason.CODES_ENOUGH)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    commit.set(count, 0, HOUR, only_new=True)
    commit.incr(count)
    commit.delete(key)
    fields = {
        "mac": _mac(vault, person, action, code), "what": action.what, "about": action.about,
        "reason": action.reason, "until": str(now + LIFE), "wrong": "0",
    }  # fmt: skip
    commit.hset(key, fields, LIFE)
    return code, commit


async def tried(store: Store, vault: Vault, person: str, code: str, now: float) -> Tried:
    """What a code is worth, once. ``over``: none waits."""
    key, commit = keys.onetime(person), Commit()
    kept = await store.hgetall(key)
    if not kept or float(kept["until"]) <= now:
        return Tried("over", commit)
    action = Action(kept["what"], kept["about"], kept["reason"])
    commit.if_field(key, "mac", kept["mac"])
    commit.if_field(key, "wrong", kept["wrong"])
    if hmac.compare_digest(kept["mac"], _mac(vault, person, action, code)):
        commit.delete(key)
        return Tried("right", commit, action)
    left = TRIES - int(kept["wrong"]) - 1
    if left <= 0:
        commit.delete(key)
        return Tried("void", commit, action)
    commit.hincrby(key, "wrong", 1)
    return Tried("wrong", commit, action, left)


def _mac(vault: Vault, person: str, action: Action, code: str) -> str:
    """The code under our key, bound to the person and the action. A reader of Redis cannot guess it."""
    return vault.pseudonym(f"onetime:{person}:{action.what}:{action.about}:{action.reason}:{code}")

"""What a key is, and the register that `keys` fills: which there are, whose, and how long they live."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import Final, Literal

type Lifetime = int | Literal["until handled", "trimmed by age", "permanent"]

MINUTE: Final = 60
DAY: Final = 24 * 60 * MINUTE
UNTIL_HANDLED: Final = "until handled"
BY_AGE: Final = "trimmed by age"
PERMANENT: Final = "permanent"


class Key(str):
    """The name of a key inside its city."""

    __slots__ = ()


def tag(city: str) -> str:
    """What every key of a city begins with. Redis Cluster keeps keys of one tag together."""
    return f"{{{city}}}"


def tagged(city: str, key: str) -> str:
    """A key as Redis has it."""
    return f"{tag(city)}:{key}"


@dataclass(frozen=True)
class Entry:
    """One line of the register: which keys, the module that owns them, and how long they live (seconds)."""

    pattern: str
    owner: str
    lifetime: Lifetime
    why: str

    @property
    def days(self) -> str:
        """The lifetime as people read it."""
        return f"{self.lifetime / DAY:g} days" if isinstance(self.lifetime, int) else self.lifetime


class Family(Entry):
    """Keys of one kind, one for each name."""

    def __call__(self, name: str | int) -> Key:
        """The key of a name; ``*`` stands for any."""
        head, _, tail = self.pattern.partition("*")
        return Key(f"{head}{name}{tail}")

    def name(self, key: Key) -> str:
        """The name that a key of this kind is of."""
        head, _, tail = self.pattern.partition("*")
        return key.removeprefix(head).removesuffix(tail)


class Pairs(Entry):
    """Keys of one kind, one for each pair of names."""

    def __call__(self, first: str | int, second: str | int) -> Key:
        """The key of two names; ``*`` stands for any."""
        head, middle, tail = self.pattern.split("*")
        return Key(f"{head}{first}{middle}{second}{tail}")

    def names(self, key: Key) -> tuple[str, str]:
        """The two names that a key of this kind is of."""
        head, middle, tail = self.pattern.split("*")
        first, _, second = key.removeprefix(head).removesuffix(tail).partition(middle)
        return first, second


KEYS: Final[list[Entry]] = []


def registered(key: str) -> Entry | None:
    """The register entry that a key falls under: of those that fit the one that says most of its name."""
    fitting = (entry for entry in KEYS if fnmatch.fnmatchcase(key, entry.pattern))
    return max(fitting, key=lambda entry: len(entry.pattern.replace("*", "")), default=None)


def single(name: str, owner: str, lifetime: Lifetime, why: str) -> Key:
    """Register one key."""
    KEYS.append(Entry(name, owner, lifetime, why))
    return Key(name)


def family(pattern: str, owner: str, lifetime: Lifetime, why: str) -> Family:
    """Register keys of one name each."""
    KEYS.append(made := Family(pattern, owner, lifetime, why))
    return made


def pairs(pattern: str, owner: str, lifetime: Lifetime, why: str) -> Pairs:
    """Register keys of two names each."""
    KEYS.append(made := Pairs(pattern, owner, lifetime, why))
    return made

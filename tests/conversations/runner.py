"""Plays `tests/conversations/*.yml`: what phones say and hear, through the simulator's front door."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from tests.line import ALERTS, RESPONDER1, RESPONDER2, wait_until

if TYPE_CHECKING:
    from tests.line import Line

FOLDER: Final = Path(__file__).parent
STAFF: Final = {
    "responder1": RESPONDER1,
    "responder2": RESPONDER2,
    "organizer1": "+18605550103",
    "organizer2": "+18605550104",
}
QUIET: Final = 0.6  # seconds in which a text that must not come would have come


@dataclass(frozen=True)
class Talk:
    """One conversation.

    Attributes:
        promise: the sentence that is the test's name.
        steps: ``{"resident says": "…"}``, ``{"responder1 hears": "…"}``, ``{"resident hears not": "…"}``.
        rasa: whether it needs the assistant.
    """

    promise: str
    steps: list[dict[str, Any]]
    rasa: bool = True


def talks() -> list[Talk]:
    """Every conversation of the folder."""
    found = [
        Talk(**one) for path in sorted(FOLDER.glob("*.yml")) for one in yaml.safe_load_all(path.read_text())
    ]
    assert found
    return found


class Play:
    """One conversation being played; each has residents' phones of its own."""

    def __init__(self, line: Line, talk: Talk, number: int) -> None:
        self._line = line
        self._talk = talk
        self._number = number
        self._heard: dict[str, int] = {}

    def phone(self, who: str) -> str:
        """Number of a person of the conversation; `resident`, `resident2`, … are new people."""
        place = int(who.removeprefix("resident") or "1") if who.startswith("resident") else 0
        return STAFF.get(who) or f"+1860557{self._number:03}{place}"

    async def run(self) -> None:
        """Play every step."""
        for who in STAFF:
            self._heard[self.phone(who)] = len(await self._line.received(self.phone(who)))
        for step in self._talk.steps:
            for action, words in step.items():
                who, _, what = action.partition(" ")
                await self._step(self.phone(who), what, words)

    async def _step(self, phone: str, what: str, words: Any) -> None:
        assert words is None or isinstance(words, (str, list)), f"quote {words!r}: YAML reads it as a value"
        if what in ("says", "says to alerts", "sends"):
            more = {"to": ALERTS} if what == "says to alerts" else {}
            if what == "sends":
                more, words = {"media": [words]}, ""
            answer = await self._line.text(phone, str(words), **more)
            assert answer["webhook_status"] == 200
        elif what == "hears":
            await self._hears(phone, [words] if isinstance(words, str) else list(words or []))
        elif what == "hears not":
            await asyncio.sleep(QUIET)
            fresh = (await self._line.received(phone))[self._heard.get(phone, 0) :]
            assert not any(str(words) in body for body in fresh), f"{phone[-4:]} heard {words!r}"
        elif what == "hears nothing":
            await asyncio.sleep(QUIET)
            assert len(await self._line.received(phone)) == self._heard.get(phone, 0)
        else:
            raise AssertionError(f"unknown step {what!r}")

    async def _hears(self, phone: str, parts: list[str]) -> None:
        """Wait for one text that holds every part, at or after the last one heard."""

        async def found() -> bool:
            bodies = await self._line.received(phone)
            for place in range(self._heard.get(phone, 0), len(bodies)):
                if all(part in bodies[place] for part in parts):
                    self._heard[phone] = place + 1
                    return True
            return False

        try:
            await wait_until(found, 12, f"{phone[-4:]} hearing {parts!r}")
        except AssertionError as error:
            bodies = (await self._line.received(phone))[self._heard.get(phone, 0) :]
            raise AssertionError(f"{error}; heard instead: {bodies}") from None

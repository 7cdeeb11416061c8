"""Plays `tests/conversations/*.yml`: what phones say and hear, through the simulator's front door."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import yaml

from hotline.broadcasts import approval, closing, drafting
from hotline.broadcasts.drafting import DraftRequest
from hotline.content import Library
from hotline.store import Store, keys
from tests.stage.line import ALERTS, RESPONDER1, RESPONDER2, wait_until

if TYPE_CHECKING:
    from hotline.broadcasts.broadcast import Broadcast
    from hotline.settings import Settings
    from tests.stage.line import Line

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
        steps: ``{"resident says": "…"}``, ``{"responder1 hears": "…"}``, ``{"resident hears not": "…"}``;
            ``{"office sends": {"en": "…"}}`` and ``{"office closes": "cancelled"}``: two organizers announce
            a meeting to everybody and end it. ``{code}`` is its number from then on.
            ``{"organizer1 notes": "code = DRAFT (.*),"}`` keeps a part of the text just heard: ``{code}``
            stands for it later.
            ``{"organizer1 waits": "ten minutes"}``: what lives no longer is over.
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


class Desk:
    """The two organizers at their own computer."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sent: Broadcast | None = None

    def with_code(self, words: Any) -> Any:
        """The words with the number of what was sent."""
        if not self._sent:
            return words
        code = self._sent.code
        return (
            words.replace("{code}", code)
            if isinstance(words, str)
            else [part.replace("{code}", code) for part in words or []]
        )

    async def does(self, what: str, words: Any) -> None:
        """Send news to everybody, or end what was sent."""
        settings, store = self._settings, Store(self._settings.redis_url, "hartford")
        library, now = Library.load(settings.content_dir, settings.city), time.time()
        if what == "sends":
            wish = DraftRequest("organizer1", "event", 3600, words)
            draft = await drafting.draft(store, library, settings, wish, now)
            self._sent = await approval.approve(store, library, settings, draft.id, "organizer2", now)
        else:
            assert what == "closes", f"unknown step {what!r}"
            assert self._sent
            await closing.close(
                store, library, settings, self._sent.id, now=now, by="organizer1", reason=words
            )
        await store.close()


class Play:
    """One conversation being played; each has residents' phones of its own."""

    def __init__(self, line: Line, talk: Talk, number: int) -> None:
        self._line = line
        self._talk = talk
        self._number = number
        self._heard: dict[str, int] = {}
        self._notes: dict[str, str] = {}
        self._office = Desk(line.settings)

    def phone(self, who: str) -> str:
        """Address of a person of the conversation; `resident`, `resident2`, `whatsapp`, … are new people."""
        if who == "whatsapp":
            return f"whatsapp:+1860557{self._number:03}9"
        place = int(who.removeprefix("resident") or "1") if who.startswith("resident") else 0
        return STAFF.get(who) or f"+1860557{self._number:03}{place}"

    async def run(self) -> None:
        """Play every step."""
        for who in STAFF:
            self._heard[self.phone(who)] = len(await self._line.received(self.phone(who)))
        for step in self._talk.steps:
            for action, words in step.items():
                who, _, what = action.partition(" ")
                if who == "office":
                    await self._office.does(what, words)
                else:
                    await self._step(self.phone(who), what, self._office.with_code(words))

    async def _step(self, phone: str, what: str, words: Any) -> None:
        assert words is None or isinstance(words, (str, list)), f"quote {words!r}: YAML reads it as a value"
        if what == "notes":
            await self._note(phone, str(words))
            return
        words = [self._filled(part) for part in words] if isinstance(words, list) else self._filled(words)
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
        elif what == "waits":
            await self._over()
        elif what == "hears nothing":
            await asyncio.sleep(QUIET)
            assert len(await self._line.received(phone)) == self._heard.get(phone, 0)
        else:
            raise AssertionError(f"unknown step {what!r}")

    def _filled(self, words: str | None) -> str | None:
        """The words with what was noted in its places."""
        for name, noted in self._notes.items():
            words = words.replace(f"{{{name}}}", noted) if words else words
        return words

    async def _note(self, phone: str, words: str) -> None:
        """Keep what a pattern finds in the text last heard."""
        name, _, wanted = words.partition(" = ")
        found = re.search(wanted, (await self._line.received(phone))[self._heard[phone] - 1])
        assert found, f"{phone[-4:]} heard nothing like {wanted!r}"
        self._notes[name] = found[1]

    async def _over(self) -> None:
        """The life of what waits for ten minutes ends: nobody has ten minutes for a test."""
        store = Store(self._line.redis.url, "hartford")
        for pattern in (keys.onetime("*"), keys.freeze_asked):
            async for key in cast("Any", store.redis.scan_iter(pattern)):
                await store.redis.pexpire(key, 1)
        await store.close()

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

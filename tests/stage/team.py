"""Organizers, a responder and residents at the real conversation on a real Redis, on one clock."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast

from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts import verification
from hotline.broadcasts.delivery.feed import Delivery
from hotline.conversation.context import Services
from hotline.conversation.turn import Conversation
from hotline.incidents import incident as incidents
from hotline.incidents import records
from hotline.incidents.service import Desk
from hotline.incidents.states import IncidentState
from hotline.messaging.inbox import Inbound
from hotline.messaging.outbox import Outbox
from hotline.privacy.redaction import mask
from hotline.staff.roster import add_staff
from hotline.store import keys
from hotline.subscriptions import subscribers
from hotline.understanding.language import LanguageGuesser
from tests.stage.talk import Dictated, SecondAlarm, SecondHearing, SecondLook

if TYPE_CHECKING:
    from hotline.broadcasts.broadcast import Broadcast
    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Commit, Store

NOON: Final = 1_800_032_400.0  # in Hartford
CREW: Final = (
    ("ana", "+18605550131", "organizer", "en"),
    ("beto", "+18605550132", "organizer", "es"),
    ("carl", "+18605550133", "organizer", "en"),
    ("rita", "+18605550134", "responder", "en"),
    ("otto", "+18605550135", "operator", "en"),
)


class Team:
    """Who texts what; each turn is committed, and what each phone then hears is read from the outbox."""

    def __init__(self, store: Store, vault: Vault, library: Library, settings: Settings) -> None:
        self.store, self.vault, self.library, self.settings = store, vault, library, settings
        self.now = NOON
        self.numbers = {handle: number for handle, number, *_ in CREW}
        self.desk = Desk(store, vault, library, lambda: self.now)
        self._texts = 0
        self._read: set[str] = set()
        assistant = Dictated()
        self.conversation = Conversation(
            Services(
                store, vault, library, self.desk, assistant, assistant, LanguageGuesser(), SecondLook(),
                SecondHearing(), SecondAlarm(), lambda: self.now, settings,
            )
        )  # fmt: skip

    async def begin(self) -> None:
        """The crew is on the roster."""
        for handle, number, role, lang in CREW:
            await add_staff(
                self.store, self.vault, handle=handle, number=number, role=role, languages=(lang,)
            )

    async def sign_up(self, count: int, *zones: str, lang: str = "en", first: int = 0) -> set[str]:
        """So many residents; answers their pseudonyms."""
        numbers = [f"+1860556{number:04}" for number in range(first, first + count)]
        for number in numbers:
            await subscribers.add_by_number(
                self.store, self.vault, number, zones or ("all",), lang, consent="at the fair", now=NOON
            )
        return {self.vault.pseudonym(number) for number in numbers}

    async def report(self, *states: str, zone: str = "", drill: bool = False) -> str:
        """A report that rita has taken through these states; answers its number."""
        id_ = await records.next_id(self.store)
        opening = self.desk.opening(
            id_, reporter=f"p{id_}", text="ICE is here", lang="en", place="120 Park Street", zone=zone,
            photos=0, drill=drill,
        )  # fmt: skip
        await self.store.commit(opening)
        await self.desk.change(id_, lambda one: incidents.claim(one, "rita", self.now, 15))
        for state in states:
            await self.told(id_, state)
        return id_

    async def told(self, id_: str, state: str) -> None:
        """What rita says of a report."""
        to = IncidentState(state)
        await self.desk.change(id_, lambda one: incidents.report_state(one, "rita", to, self.now, 15))

    async def decided(self, handle: str, words: str, *, opt_out: str = "") -> Commit:
        """What a text would lead to, not yet done. `opt_out`: what Twilio says it did itself."""
        self._texts += 1
        number = self.numbers[handle]
        person = self.vault.pseudonym(number)
        await cast("Any", self.store.redis.hsetnx(keys.person(person), "address", self.vault.seal(number)))
        await self.store.redis.expire(keys.person(person), 3600)
        body = self.vault.seal(mask(words))
        inbound = Inbound(f"SM{self._texts:032}", person, "hotline", body, at=self.now, opt_out=opt_out)
        commit, _ = await self.conversation.decide(inbound)
        return commit

    async def says(self, handle: str, words: str, *, opt_out: str = "") -> str:
        """Text the line; answers what it replies."""
        await self.hears(handle)
        await self.store.commit(await self.decided(handle, words, opt_out=opt_out))
        return await self.hears(handle)

    async def hears(self, handle: str) -> str:
        """All that waits for somebody of the crew and was not read yet, oldest first."""
        redis, person = cast("Any", self.store.redis), self.vault.pseudonym(self.numbers[handle])
        found: list[tuple[str, str]] = []
        async for key in redis.scan_iter(keys.out("*")):
            fields = await redis.hgetall(key)
            if fields["person"] == person and key not in self._read:
                self._read.add(str(key))
                found.append((str(key), self.vault.open(fields["body"])))
        return "\n".join(words for _, words in sorted(found))

    async def drafted(self, handle: str, words: str) -> str:
        """Draft something; answers the number that people type."""
        said = await self.says(handle, words)
        found = re.search(r"(?:DRAFT|BORRADOR) (\d+)", said)
        assert found, said
        return found[1]

    async def code_for(self, handle: str, words: str) -> str:
        """Ask for something that needs a code; answers the code."""
        return code_in(await self.says(handle, words))

    async def approved(self, code: str, by: str = "beto") -> str:
        """APPROVE and the code; answers what is said then."""
        return await self.says(by, await self.code_for(by, f"APPROVE {code}"))

    async def one(self, code: str) -> Broadcast:
        """The broadcast of a number."""
        found = await verification.by_code(self.store, code)
        assert found
        return found

    async def all(self) -> list[Broadcast]:
        """Every broadcast."""
        return await broadcasts.recent(self.store)

    async def deliver(self) -> dict[str, str]:
        """Send all that may be sent; answers the words by pseudonym."""
        box = Outbox(self.store, "alerts", 1000, "w1")
        delivery = Delivery(self.store, self.vault, self.library, self.settings, lambda: self.now)
        found: dict[str, str] = {}
        for _ in range(50):
            await delivery.feed()
            taken = await box.take(self.now)
            self.now += max(0.01, min(1.0, taken.wait))
            if taken.id:
                person = taken.id.partition(":")[2]
                assert person not in found, "nobody gets it twice"
                found[person] = self.vault.open((await box.read(taken.id))["body"])
                await box.accepted(taken.id, f"SM{taken.id}")
        return found


def code_in(said: str) -> str:
    """The six digits of a text."""
    found = re.findall(r"\b\d{6}\b", said)
    assert len(found) == 1, said
    return found[0]

"""The line in this process on a real Redis, with its people and a clock in hand."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Self, cast

from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts import verification
from hotline.broadcasts.delivery.feed import Delivery
from hotline.content import Library
from hotline.conversation.context import Services
from hotline.conversation.turn import Conversation
from hotline.incidents import incident as incidents
from hotline.incidents import records
from hotline.incidents.service import IncidentService
from hotline.incidents.states import IncidentState
from hotline.messaging.contacts import Person, save_person
from hotline.messaging.inbox import Inbound
from hotline.messaging.outbox import Outbox
from hotline.privacy.redaction import mask
from hotline.privacy.vault import Vault
from hotline.settings import ROOT, load_settings
from hotline.staff.roster import add_staff, set_on_call
from hotline.store import Store, keys
from hotline.subscriptions import subscribers
from hotline.understanding.language import LanguageGuesser
from tests.stage.understanding import Dictated, SecondAlarm, SecondHearing, SecondLook

if TYPE_CHECKING:
    from hotline.broadcasts.broadcast import Broadcast
    from hotline.settings import Settings
    from hotline.store import Commit

NOON: Final = 1_800_032_400.0  # in Hartford
MINUTES: Final = 15.0
SIX_DIGITS: Final = re.compile(r"\b\d{6}\b")
STAFF: Final = (
    ("ana", "+18605550131", "organizer", "en"),
    ("beto", "+18605550132", "organizer", "es"),
    ("carl", "+18605550133", "organizer", "en"),
    ("rita", "+18605550134", "responder", "en"),
    ("otto", "+18605550135", "operator", "en"),
)


@cache
def _library() -> Library:
    return Library.load(ROOT / "content", "hartford")


class Stage:
    """Who texts what; each turn is committed, and what each phone then hears is read from the outbox."""

    responder = "rita"

    def __init__(self, store: Store, vault: Vault, library: Library, settings: Settings) -> None:
        self.store, self.vault, self.library, self.settings = store, vault, library, settings
        self.now = NOON
        self.numbers = {handle: number for handle, number, *_ in STAFF}
        self.assistant, self.second_look = Dictated(), SecondLook()
        self.second_hearing, self.second_alarm = SecondHearing(), SecondAlarm()
        self.incidents = IncidentService(store, vault, library, self.clock)
        self._texts = 0
        self._read: set[str] = set()
        self.conversation = Conversation(
            Services(
                store, vault, library, self.incidents, self.assistant, self.assistant, LanguageGuesser(),
                self.second_look, self.second_hearing, self.second_alarm, self.clock, settings,
            )
        )  # fmt: skip

    @classmethod
    async def alone(cls, url: str) -> Self:
        """On an emptied Redis of many lives, each with a stage of its own; close its store at the end."""
        settings = load_settings(_env_file=None, redis_url=url, environment="test")
        stage = cls(Store(url, "hartford"), Vault(settings.secret_keys), _library(), settings)
        await stage.store.redis.flushall()
        return stage

    def clock(self) -> float:
        """What everything here goes by."""
        return self.now

    async def begin(self) -> None:
        """The staff is on the roster; only who is set so is on call."""
        for handle, _, role, lang in STAFF:
            await self.joins(handle, lang, role=role)

    async def joins(
        self, handle: str, lang: str = "en", *, role: str = "responder", on_call: bool = False
    ) -> None:
        """One more of the staff."""
        number = self.number(handle)
        await add_staff(self.store, self.vault, handle=handle, number=number, role=role, languages=(lang,))
        if on_call:
            await self.store.commit(set_on_call(handle, on=True))

    def number(self, who: str) -> str:
        """Somebody's phone; who is new gets one."""
        return self.numbers.setdefault(who, f"+1860555{200 + len(self.numbers):04}")

    # -- texts

    async def decided(self, handle: str, words: str, *, opt_out: str = "") -> Commit:
        """What a text would lead to, not yet done. `opt_out`: what Twilio says it did itself."""
        number = self.numbers[handle]
        person = self.vault.pseudonym(number)
        key = keys.person(person)
        await cast("Any", self.store.redis.hsetnx(key, "address", self.vault.seal(number)))
        await self.store.redis.expire(key, 3600)
        commit, _ = await self.conversation.decide(self._inbound(person, words, opt_out=opt_out))
        return commit

    async def says(self, handle: str, words: str, *, opt_out: str = "") -> str:
        """Text the line; answers what it replies."""
        await self.hears(handle)
        await self.store.commit(await self.decided(handle, words, opt_out=opt_out))
        return await self.hears(handle)

    async def texts(self, person: str, words: str, **more: str) -> list[str]:
        """Somebody's text, by their pseudonym; answers the replies to it, in order."""
        inbound = self._inbound(person, words, **more)
        commit, _ = await self.conversation.decide(inbound)
        await self.store.commit(commit)
        return [body for _, body in await self.outgoing(ids=f"{inbound.sid}r*")]

    def _inbound(self, person: str, words: str, *, to: str = "hotline", **more: str) -> Inbound:
        self._texts += 1
        body = self.vault.seal(mask(words))
        return Inbound(f"SM{self._texts:032}", person, to, body, at=self.now, **cast("Any", more))

    async def hears(self, handle: str) -> str:
        """All that waits for somebody and was not read yet, oldest first."""
        found = await self.outgoing(self.vault.pseudonym(self.numbers[handle]))
        fresh = [(key, body) for key, body in found if key not in self._read]
        self._read |= {key for key, _ in fresh}
        return "\n".join(body for _, body in fresh)

    async def code_of(self, handle: str, ids: str) -> str:
        """The newest one-time code on somebody's phone, of texts with such ids."""
        person = (await self.incidents.roster()).by_handle[handle].person
        return [code for _, body in await self.outgoing(person, ids) for code in SIX_DIGITS.findall(body)][-1]

    async def outgoing(self, person: str = "", ids: str = "*") -> list[tuple[str, str]]:
        """Texts that wait to be sent, to one person or to all: key and words, oldest first."""
        redis = cast("Any", self.store.redis)
        kept = {key: await redis.hgetall(key) async for key in self.store.scan(keys.out(ids))}
        return [
            (key, self.vault.open(fields["body"]))
            for key, fields in sorted(kept.items(), key=lambda one: (float(one[1]["created"]), one[0]))
            if "body" in fields and person in ("", fields["person"])
        ]

    # -- reports

    async def opened(self, reporter: str, **more: Any) -> str:
        """A report of a person by their pseudonym; answers its number."""
        id_ = await records.next_id(self.store)
        usual: dict[str, Any] = {
            "text": "ICE is here", "lang": "en", "place": "120 Park Street", "zone": "", "photos": 0
        }  # fmt: skip
        opening = self.incidents.opening(id_, reporter=reporter or f"resident{id_}", **usual | more)
        await self.store.commit(opening)
        return id_

    async def open(self, place: str = "120 Park Street") -> str:
        """A report with a photo, of somebody nobody knows, that has paged the responder on call."""
        await self.store.commit(set_on_call(self.responder, on=True))
        id_ = await self.opened("", place=place, photos=1)
        await self.incidents.tick()
        return id_

    async def reported(self, who: str, words: str, place: str = "120 Park Street", lang: str = "en") -> str:
        """A resident's report, as the webhook opens it, looked at and paged; answers its number."""
        await self.store.commit(set_on_call(self.responder, on=True))
        number = self.number(who)
        person = Person(self.vault.pseudonym(number), self.vault.seal(number), lang, lang_fixed=True)
        await self.store.commit(save_person(replace(person, welcomed=True)))
        id_ = await self.opened(person.id, text=words, lang=lang, place=place, address=person.address)
        await self.incidents.tick()
        return id_

    async def report(self, *states: str, **more: Any) -> str:
        """A report that the responder has taken through these states; answers its number."""
        id_ = await self.opened("", **more)
        await self.claimed(id_, "", *states)
        return id_

    async def claimed(self, id_: str, by: str = "", *states: str) -> None:
        """A report is in somebody's hands, who then says this of it."""
        await self.incidents.change(
            id_, lambda one: incidents.claim(one, by or self.responder, self.now, MINUTES)
        )
        await self.told(id_, *states, by=by)

    async def told(self, id_: str, *states: str, by: str = "") -> None:
        """What somebody says of a report, one after the other."""
        for state in map(IncidentState, states):
            await self.incidents.change(
                id_,
                lambda one, to=state: incidents.report_state(
                    one, by or self.responder, to, self.now, MINUTES
                ),
            )

    async def step(self, id_: str) -> None:
        """The next step of the policy falls due."""
        one = await records.load(self.store, id_)
        assert one
        self.now = max(self.now, one.due)
        await self.incidents.tick()

    # -- alerts

    async def sign_up(self, count: int, *zones: str, lang: str = "en", first: int = 0) -> list[str]:
        """So many residents; answers their pseudonyms."""
        numbers = [f"+1860556{number:04}" for number in range(first, first + count)]
        for number in numbers:
            await subscribers.add_by_number(
                self.store, self.vault, number, zones or ("all",), lang, consent="at the fair", now=self.now
            )
        return [self.vault.pseudonym(number) for number in numbers]

    async def drafts(self, handle: str, words: str) -> str:
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

    def worker(self) -> Delivery:
        """One worker's delivery of alerts."""
        return Delivery(self.store, self.vault, self.library, self.settings, self.clock)

    def outbox(self, sender: str = "hotline", worker: str = "w1", **more: Any) -> Outbox:
        """One worker's outbox."""
        return Outbox(self.store, sender, 1000, worker, **more)

    async def delivered(self) -> dict[str, str]:
        """Send all alerts that may be sent; answers the words by pseudonym."""
        box, delivery = self.outbox("alerts"), self.worker()
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
    found = SIX_DIGITS.findall(said)
    assert len(found) == 1, said
    return found[0]

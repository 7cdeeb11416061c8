"""A resident's talk with the real conversation on a real Redis; what the assistant understands is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast, override

from hotline.conversation.context import Services
from hotline.conversation.turn import Conversation
from hotline.incidents.service import Desk
from hotline.messaging.contacts import Person, load_person, save_person
from hotline.messaging.inbox import Inbound
from hotline.privacy.redaction import mask
from hotline.settings import load_settings
from hotline.store import keys
from hotline.understanding.crisis.second_look import CrisisModel
from hotline.understanding.dialogue import Say, Understood
from hotline.understanding.language import LanguageGuesser
from hotline.understanding.optout.second_look import WishModel
from hotline.understanding.urgent.second_look import UrgencyModel

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.store import Store
    from hotline.understanding.crisis.second_look import Likeness as Alarm
    from hotline.understanding.optout.second_look import Likeness
    from hotline.understanding.rules.rulebook import Urgency

NOW: Final = 1_800_000_000.0
RESIDENT: Final = "+18605550111"


@dataclass
class Dictated:
    """An assistant that understands what the test says it does, text by text."""

    understood: dict[str, Understood] = field(default_factory=dict[str, Understood])

    async def ask(self, person: str, text: str, lang: str, last_card: str = "") -> Understood:
        """Understood as dictated; else an answer that is no card's."""
        assert len(person) == 26
        assert lang
        assert not last_card or "." in last_card
        return self.understood.get(text, Understood("greet", 1.0, (), (Say(f"answer to {text}"),)))

    async def close(self) -> None:
        """Nothing is open."""


class SecondLook(UrgencyModel):
    """Raises the texts that the test says, to what it says."""

    @override
    def __init__(self) -> None:
        self.sees: dict[str, Urgency] = {}

    @override
    def raised(self, text: str, urgency: Urgency, rule: str = "") -> Urgency:
        """As dictated, else the same."""
        return self.sees.get(text, urgency)


class SecondHearing(WishModel):
    """Takes for a wish to stop, or doubts, the texts that the test says."""

    @override
    def __init__(self) -> None:
        self.sounds: dict[str, Likeness] = {}
        self.doubted: set[str] = set()

    @override
    def likeness(self, text: str) -> Likeness:
        return self.sounds.get(text, "none")

    @override
    def hardly_wishes(self, text: str) -> bool:
        return text in self.doubted


class SecondAlarm(CrisisModel):
    """Hears a crisis in the texts that the test says."""

    @override
    def __init__(self) -> None:
        self.sounds: dict[str, Alarm] = {}

    @override
    def likeness(self, text: str) -> Alarm:
        return self.sounds.get(text, "none")

    @override
    def doubts(self, text: str) -> bool:
        return self.likeness(text) == "none"


class Talk:
    """One resident who texts the line; each turn is committed, and the replies are read from the outbox."""

    def __init__(self, store: Store, vault: Vault, library: Library, phone: str = RESIDENT) -> None:
        self.store = store
        self.vault = vault
        self.library = library
        self.assistant = Dictated()
        self.second_look = SecondLook()
        self.second_hearing = SecondHearing()
        self.second_alarm = SecondAlarm()
        self.person = vault.pseudonym(phone)
        self._address = vault.seal(phone)
        self.desk = Desk(store, vault, library, lambda: NOW)
        self._texts = 0
        self._conversation = Conversation(
            Services(
                store=store,
                vault=vault,
                library=library,
                desk=self.desk,
                dialogue=self.assistant,
                keyword_dialogue=self.assistant,
                guesser=LanguageGuesser(),
                urgency=self.second_look,
                wishes=self.second_hearing,
                crises=self.second_alarm,
                clock=lambda: NOW,
                settings=load_settings(_env_file=None, environment="test"),
            )
        )

    async def begin(self, lang: str = "en") -> None:
        """The person is known: nothing but answers comes back."""
        person = Person(self.person, self._address, lang, lang_fixed=True, welcomed=True)
        await self.store.commit(save_person(person))

    def texts_from(self, number: int) -> None:
        """Count the texts from here: two phones of one test need MessageSids of their own."""
        self._texts = number

    async def says(
        self, words: str, *, urgency: str = "none", to: str = "hotline", opt_out: str = ""
    ) -> list[str]:
        """Text the line; answers what it replies, in order. `opt_out`: what Twilio says it did itself."""
        self._texts += 1
        sid = f"SM{self._texts:032}"
        body = self.vault.seal(mask(words))
        inbound = Inbound(sid, self.person, to, body, urgency=urgency, at=NOW, opt_out=opt_out)
        commit, _ = await self._conversation.decide(inbound)
        await self.store.commit(commit)
        return await self.texts(f"{sid}r*")

    async def texts(self, ids: str) -> list[str]:
        """Texts that wait to be sent, by their ids."""
        redis = cast("Any", self.store.redis)
        found = sorted([key async for key in self.store.scan(keys.out(ids))])
        return [self.vault.open(await redis.hget(key, "body")) for key in found]

    async def known(self) -> Person:
        """What is kept about the resident now."""
        return await load_person(self.store, self.person)

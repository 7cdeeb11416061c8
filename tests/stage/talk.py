"""One resident's phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline.messaging.contacts import Person, load_person, save_person

if TYPE_CHECKING:
    from tests.stage.stage import Stage

NOW: Final = 1_800_000_000.0  # at night in Hartford
RESIDENT: Final = "+18605550111"


class Talk:
    """Somebody who texts the line; each turn is committed, and the replies are read from the outbox."""

    def __init__(self, stage: Stage, phone: str = RESIDENT) -> None:
        self.stage = stage
        self.store, self.vault, self.library, self.incidents = (
            stage.store,
            stage.vault,
            stage.library,
            stage.incidents,
        )
        self.assistant, self.second_look = stage.assistant, stage.second_look
        self.second_hearing, self.second_alarm = stage.second_hearing, stage.second_alarm
        self.person = self.vault.pseudonym(phone)
        self._address = self.vault.seal(phone)

    async def begin(self, lang: str = "en") -> None:
        """The person is known: nothing but answers comes back."""
        person = Person(self.person, self._address, lang, lang_fixed=True, welcomed=True)
        await self.store.commit(save_person(person))

    async def says(
        self, words: str, *, urgency: str = "none", to: str = "hotline", opt_out: str = ""
    ) -> list[str]:
        """Text the line; answers what it replies, in order. `opt_out`: what Twilio says it did itself."""
        return await self.stage.texts(self.person, words, urgency=urgency, to=to, opt_out=opt_out)

    async def texts(self, ids: str) -> list[str]:
        """Texts that wait to be sent, by their ids."""
        return [body for _, body in await self.stage.outgoing(ids=ids)]

    async def known(self) -> Person:
        """What is kept about the resident now."""
        return await load_person(self.store, self.person)

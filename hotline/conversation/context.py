"""What one turn knows and what it has decided so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hotline.content.refusing import texted
from hotline.conversation.interpret_models import Models
from hotline.messaging.contacts import save_person
from hotline.messaging.outbox import Outbound, Priority, queued
from hotline.store import Commit

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.content import Answer, Library
    from hotline.incidents.service import IncidentService
    from hotline.messaging.asked import Question
    from hotline.messaging.contacts import Person
    from hotline.messaging.inbox import Inbound
    from hotline.privacy.vault import Vault
    from hotline.refusal import Refused
    from hotline.settings import Settings
    from hotline.store import Store
    from hotline.understanding.crisis.second_look import CrisisModel
    from hotline.understanding.dialogue import Dialogue
    from hotline.understanding.language import LanguageGuesser
    from hotline.understanding.optout.second_look import OptOutModel
    from hotline.understanding.urgent.second_look import UrgencyModel


@dataclass(frozen=True)
class Services:
    """What every turn works with."""

    store: Store
    vault: Vault
    library: Library
    incidents: IncidentService
    dialogue: Dialogue
    keyword_dialogue: Dialogue
    guesser: LanguageGuesser
    urgency: UrgencyModel
    optouts: OptOutModel
    crises: CrisisModel
    clock: Callable[[], float]
    settings: Settings
    claim_minutes: float = 15.0

    @property
    def models(self) -> Models:
        """What looks at a text that no rule knows."""
        return Models(self.urgency, self.optouts, self.crises)


@dataclass
class Context:
    """One turn under way. `commit` and `replies` are what it will do, in one step, at its end.

    With `drill` every reply is marked: it is about a made-up raid. `mark` are words put before every reply.
    `after_crisis`: kinds of a crisis that they texted about within the hour.
    """

    services: Services
    inbound: Inbound
    text: str
    person: Person
    now: float
    handle: str = ""
    answered_by: str = ""
    drill: bool = False
    mark: str = ""
    keep_person: bool = True
    after_crisis: tuple[str, ...] = ()
    replies: list[tuple[str, Priority, bool]] = field(default_factory=list[tuple[str, Priority, bool]])
    commit: Commit = field(default_factory=Commit)

    @property
    def lang(self) -> str:
        """The language this turn answers in."""
        return self.person.lang or "en"

    @property
    def library(self) -> Library:
        """Every word the public reads."""
        return self.services.library

    def change(self, **changes: object) -> None:
        """Change what we keep about the person."""
        self.person = replace(self.person, **changes)  # pyright: ignore[reportArgumentType] - names are Person's own

    def ask(self, question: Question | None) -> None:
        """Wait for the answer to a question, asked now, and to no earlier one; to none with None."""
        self.change(asked=replace(question, at=self.now) if question else None)

    def say(
        self, key: str, *, priority: Priority = Priority.REPLY, force: bool = False, **values: object
    ) -> None:
        """Answer with a string of the line."""
        self.write(self.library.say(key, self.lang, **values), priority=priority, force=force)

    def refuse(self, refused: Refused) -> None:
        """Answer why something cannot be done, and what to text instead."""
        self.write(texted(self.library.messages, refused, self.lang))

    def write(self, words: str, *, priority: Priority = Priority.REPLY, force: bool = False) -> None:
        """Answer with words that are ready to be sent."""
        mark = self.library.say("page_drill_mark", self.lang) if self.drill else self.mark
        self.replies.append((f"{mark} {words}" if mark else words, priority, force))

    def add(self, key: str, **values: object) -> None:
        """Put a string of the line below the last answer, as a text of its own when there is none."""
        if not self.replies:
            self.write(self.library.say(key, self.lang, **values))
            return
        words, priority, force = self.replies.pop()
        self.replies.append((f"{words}\n{self.library.say(key, self.lang, **values)}", priority, force))

    def answer(self, answer: Answer | None, otherwise: str) -> None:
        """Answer with a part of a card, or with a string of the line when there is no such part."""
        if answer is None:
            self.say(otherwise)
            return
        self.change(card=answer.card, asked=None)
        self.write(answer.text)

    def done(self) -> Commit:
        """Everything the turn decided: person, replies, and what was added to `commit` on the way."""
        if self.keep_person:
            self.commit.merge(save_person(self.person))
        for place, (words, priority, force) in enumerate(self.replies):
            message = Outbound(
                id=f"{self.inbound.sid}r{place:02}",
                person=self.person.id,
                address=self.person.address,
                body=words,
                sender=self._sender(force=force),
                priority=priority,
                force=force,
                erase=not self.keep_person,
            )
            self.commit.merge(queued(message, self.services.vault, self.now))
        return self.commit

    def _sender(self, *, force: bool) -> str:
        """The number that was texted; who stopped that one and calls for help is answered by the other."""
        if self.inbound.sender == "alerts" and "alerts" in self.person.stopped and not force:
            return "hotline"
        return self.inbound.through or self.inbound.sender

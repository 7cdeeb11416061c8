"""Settings and connections of one process, made once and handed down."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from hotline.content import Library
from hotline.errors import SettingsError
from hotline.incidents.notices.unreached import Unreached
from hotline.incidents.service import IncidentService
from hotline.privacy.fingerprint import KeyProof
from hotline.privacy.redaction import redact_event
from hotline.privacy.vault import Vault
from hotline.settings import Settings, load_settings
from hotline.stack.embedded import running_url
from hotline.store import Store
from hotline.understanding.intake import Intake

if TYPE_CHECKING:
    from hotline.conversation.turn import Conversation
    from hotline.understanding.language import LanguageGuesser

Clock = Callable[[], float]


def redis_url(settings: Settings) -> str:
    """Address of Redis: the configured one, else the embedded server that runs on our data folder.

    Raises:
        SettingsError: neither is there.
    """
    url = settings.redis_url or running_url(settings.data_dir)
    if not url:
        raise SettingsError("No Redis: set REDIS_URL, or start the stack with make demo.")
    return url


def set_up_logging(settings: Settings) -> None:
    """Structured lines on standard output; numbers and bodies are masked in every one of them."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            redact_event,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level.upper())),
        cache_logger_on_first_use=False,
    )


@dataclass(frozen=True)
class Runtime:
    """What every process works with."""

    settings: Settings
    store: Store
    vault: Vault
    library: Library
    incidents: IncidentService
    clock: Clock
    key: KeyProof

    @classmethod
    def open(cls, settings: Settings | None = None, *, clock: Clock = time.time) -> Runtime:
        """Connect. Make it inside the event loop that will use it.

        Raises:
            SettingsError: a setting is missing or wrong.
            ContentError: a content file is malformed.
        """
        chosen = settings or load_settings()
        store = Store(redis_url(chosen), chosen.city)
        vault = Vault(chosen.secret_keys)
        library = Library.load(chosen.content_dir, chosen.city)
        service = IncidentService(store, vault, library, clock, chosen.public_url)
        return cls(chosen, store, vault, library, service, clock, KeyProof(store, vault))

    def intake(self) -> Intake:
        """The first look at a text. Loads the rules: make it once."""
        return Intake(self.settings.content_dir / "triage", self.library.city)

    def conversation(self, guesser: LanguageGuesser) -> Conversation:
        """What decides a turn. Make it once, inside the event loop."""
        from hotline.conversation.context import Services  # noqa: PLC0415 - the webhook does without Rasa's client
        from hotline.conversation.turn import Conversation  # noqa: PLC0415 - same
        from hotline.understanding.crisis.second_look import CrisisModel  # noqa: PLC0415 - same
        from hotline.understanding.dialogue import KeywordDialogue, RasaDialogue  # noqa: PLC0415 - same
        from hotline.understanding.embedding import Embedder  # noqa: PLC0415 - same
        from hotline.understanding.optout.second_look import OptOutModel  # noqa: PLC0415 - same
        from hotline.understanding.urgent.second_look import UrgencyModel  # noqa: PLC0415 - same

        learnt, embedder = self.settings.content_dir / "triage", Embedder.load()
        return Conversation(
            Services(
                store=self.store,
                vault=self.vault,
                library=self.library,
                incidents=self.incidents,
                dialogue=RasaDialogue(self.settings.rasa_url, self.settings.dialogue_timeout),
                keyword_dialogue=KeywordDialogue(self.library, self.settings.content_dir / "keywords.yml"),
                guesser=guesser,
                urgency=UrgencyModel.load(learnt / "urgency.npz", embedder),
                optouts=OptOutModel.load(learnt / "wishes.npz", embedder),
                crises=CrisisModel.load(learnt / "crisis.npz", embedder),
                clock=self.clock,
                settings=self.settings,
                claim_minutes=self.settings.claim_minutes,
            )
        )

    def unreached(self) -> Unreached:
        """What follows when a page fails."""
        return Unreached(self.store, self.vault, self.library, self.clock)

    async def close(self) -> None:
        """Let the connections go."""
        await self.store.close()

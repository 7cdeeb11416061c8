"""The REST channel, with hard texts read in threads before Rasa takes them up.

An embedding takes 20 ms of a core without needing Python: other residents' turns go on meanwhile.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from rasa.core.channels.rest import RestInput

from bot.components.encoders import AT_ONCE
from bot.components.topics import TopicClassifier

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage
    from sanic import Blueprint


class RestBeside(RestInput):
    """Serves where Rasa's own REST channel would."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="encoder")
        self._classifier: TopicClassifier | None = None

    def take(self, agent: Agent) -> None:
        """Read with the classifier of this agent from now on; Rasa hands it to nobody."""
        nodes = agent.processor.graph_runner._instantiated_nodes.values()  # noqa: SLF001 - there is no public way
        parts = (node._component for node in nodes)  # noqa: SLF001
        self._classifier = next((part for part in parts if isinstance(part, TopicClassifier)), None)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[None]]) -> Blueprint:
        """Rasa's routes; each message is read first."""

        async def read_first(message: UserMessage) -> None:
            await self._read(message)
            await on_new_message(message)

        return super().blueprint(read_first)

    async def _read(self, message: UserMessage) -> None:
        if self._classifier is None or not message.text or message.text.startswith("/"):
            return
        opinion = self._classifier.begin(message.message_id, message.text)
        if not opinion.final:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._threads, opinion.finish, message.text)

"""Five changes to Rasa that repeat no work and wait for none; a turn takes half the time."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import aiohttp
import dask.core
from jsonschema import Draft202012Validator
from rasa.core.actions import action
from rasa.core.processor import MessageProcessor
from rasa.engine.runner import dask as graph_runner
from rasa.shared.core.events import Event
from rasa.utils.endpoints import EndpointConfig

from bot.components.encoders import AT_ONCE
from bot.components.topics import TopicClassifier

if TYPE_CHECKING:
    from rasa.core.channels.channel import UserMessage

ACTION_SECONDS = 3  # longer than our worker waits for the whole turn


def apply() -> None:
    """Put all of them in place."""
    _check_replies_with_a_prepared_schema()
    _resolve_events_once()
    _run_the_graph_without_a_scheduler()
    _keep_the_connection_to_the_actions()
    _read_hard_texts_beside_the_loop()


def _check_replies_with_a_prepared_schema() -> None:
    """Rasa checks the schema of action replies itself again at every call: 20 ms."""
    validator = Draft202012Validator(action.RemoteAction.action_response_format_spec())

    def validate(_: action.RemoteAction, result: dict[str, Any]) -> bool:
        validator.validate(result)
        return True

    action.RemoteAction._validate_action_result = validate  # noqa: SLF001 - there is no public way


def _resolve_events_once() -> None:
    """Rasa walks all event classes for every event that it reads back."""
    Event.resolve_by_type = staticmethod(lru_cache(maxsize=64)(Event.resolve_by_type))


def _run_the_graph_without_a_scheduler() -> None:
    """A dozen steps, one after the other, need no thread scheduler to order them."""
    graph_runner.dask = SimpleNamespace(get=dask.core.get)


class _KeptSession:
    """A session that outlives its `async with`."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> aiohttp.ClientSession:
        if self._session is None:
            # Uvicorn lets go of a quiet connection after 5 s: never send into one that is being closed.
            connector = aiohttp.TCPConnector(keepalive_timeout=4)
            timeout = aiohttp.ClientTimeout(total=ACTION_SECONDS)
            self._session = aiohttp.ClientSession(connector=connector, timeout=timeout)
        return self._session

    async def __aexit__(self, *_: object) -> None:
        pass


def _keep_the_connection_to_the_actions() -> None:
    """Rasa opens a new connection for every action, and waits five minutes for a reply."""
    kept: defaultdict[str, _KeptSession] = defaultdict(_KeptSession)
    EndpointConfig.session = lambda endpoint: kept[endpoint.url]
    action.DEFAULT_REQUEST_TIMEOUT = ACTION_SECONDS


def _read_hard_texts_beside_the_loop() -> None:
    """An embedding takes 20 ms of a core without needing Python: other residents' turns go on meanwhile."""
    threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="encoder")
    parse = MessageProcessor.parse_message

    async def parse_message(
        processor: MessageProcessor, message: UserMessage, *arguments: Any, **named: Any
    ) -> dict[str, Any]:
        classifier = _classifier_of(processor)
        if classifier and message.text and not message.text.startswith("/"):
            opinion = classifier.begin(message.message_id, message.text)
            if not opinion.final:
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(threads, opinion.finish, message.text)
        return await parse(processor, message, *arguments, **named)

    MessageProcessor.parse_message = parse_message


def _classifier_of(processor: MessageProcessor) -> TopicClassifier | None:
    """The topic classifier of the loaded graph; Rasa hands it to nobody."""
    nodes = processor.graph_runner._instantiated_nodes.values()  # noqa: SLF001 - there is no public way
    parts = (node._component for node in nodes)  # noqa: SLF001
    return next((part for part in parts if isinstance(part, TopicClassifier)), None)

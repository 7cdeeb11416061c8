"""Three changes to Rasa: two repeat no work, one ends a wait that nobody waits for."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from rasa.core.actions import action
from rasa.shared.core.events import Event

ACTION_SECONDS = 3  # longer than our worker waits for the whole turn


def apply() -> None:
    """Put all of them in place."""
    _check_replies_with_a_prepared_schema()
    _resolve_events_once()
    _wait_less_for_the_actions()


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


def _wait_less_for_the_actions() -> None:
    """Rasa waits five minutes for a reply."""
    action.DEFAULT_REQUEST_TIMEOUT = ACTION_SECONDS

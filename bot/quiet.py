"""Keeps what residents write out of Rasa's logs."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


class PlaceOnly(logging.Formatter):
    """Says where something went wrong and which exception it was, never the message: it may quote a text."""

    def format(self, record: logging.LogRecord) -> str:
        """One line: time, level, logger, line, exception class."""
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        when = self.formatTime(record)
        return f"{when} {record.levelname} {record.name}:{record.lineno} {kind}".rstrip()


def while_starting() -> None:
    """Warnings and errors in full: no resident's text has come in yet."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[_event_name_only],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        cache_logger_on_first_use=False,
    )


def while_serving() -> None:
    """From the first request on, places and exception classes only."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlaceOnly())
    for name in logging.Logger.manager.loggerDict:
        logging.getLogger(name).handlers.clear()
    logging.getLogger().handlers[:] = [handler]


def _event_name_only(_: object, level: str, event: dict[str, Any]) -> str:
    """Rasa hands the text of the message to its structured log; only the event's own name is printed."""
    name = str(event.get("event", ""))
    kind = sys.exc_info()[0]
    shown = name if name.replace(".", "").replace("_", "").isalnum() else "unnamed"
    return f"{level.upper()} {shown} {kind.__name__ if kind else ''}".rstrip()

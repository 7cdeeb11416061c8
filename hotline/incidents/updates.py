"""What a reporter adds to an open report: stored as written, and sent to those who work on it. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hotline.incidents.incident import Answer, Change, Incident
from hotline.incidents.notice import Notice, Quote
from hotline.refusal import Message

if TYPE_CHECKING:
    from collections.abc import Iterable


def add_words(
    incident: Incident,
    text: str,
    *,
    place: str,
    zone: str,
    photos: int,
    first: Incident | None = None,
    looking: Iterable[str] = (),
) -> Change:
    """A detail from the reporter: stored as written, sent to those who work on it; nobody is paged again.

    It goes to the readers of `first`, if this report is one more witness of that, and to whoever is `looking`
    at the side tray, if it waits there.
    """
    event = first or incident
    readers = _readers(event, looking)
    after = replace(
        incident,
        words=(*incident.words, text) if text else incident.words,
        place=place or incident.place,
        zone=zone or incident.zone,
        photos=incident.photos + photos,
    )
    notices = _updates(event, Quote(text), readers) if text else []
    if photos:
        notices += [Notice(name, "page_photo", {"id": event.id}) for name in readers]
    return Change(after, "updated", "reporter", {"text": text}, tuple(notices))


def add_answer(
    incident: Incident, answer: Answer, *, first: Incident | None = None, looking: Iterable[str] = ()
) -> Change:
    """A digit that answers one of our questions; it is sent to those who work on the event, as words are."""
    event = first or incident
    notices = _updates(event, Message(f"answer_{answer}"), _readers(event, looking))
    after = replace(incident, answers=(*incident.answers, answer))
    return Change(after, "updated", "reporter", {"answer": answer}, tuple(notices))


def _readers(event: Incident, looking: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*event.readers, *(looking if event.tray else ()))))


def _updates(event: Incident, words: Quote | Message, readers: tuple[str, ...]) -> list[Notice]:
    return [Notice(name, "page_update", {"id": event.id, "words": words}) for name in readers]

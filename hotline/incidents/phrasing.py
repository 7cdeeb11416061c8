"""The words of a notice, in its reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.incidents.notice import At, Message, Words

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.incidents.incident import Incident
    from hotline.incidents.notice import Notice, Value


def phrased(library: Library, after: Incident, notice: Notice, lang: str) -> str:
    """What a notice about an incident says."""
    values = {name: _written(library, value, lang) for name, value in notice.values.items()}
    text = library.say(notice.key, lang, **(_facts(library, after, lang) | values))
    return f"{library.say('page_drill_mark', lang)} {text}" if after.drill else text


def _facts(library: Library, after: Incident, lang: str) -> dict[str, str]:
    photos = library.say("photos_some", lang, count=after.photos) if after.photos else ""
    return {
        "id": after.id,
        "place": after.place or library.say("place_unknown", lang),
        "time": library.city.clock(after.opened_at),
        "words": " / ".join(reported(library, after, lang, latest=4)),
        "photos": photos,
        "partner": library.city.partner_line,
        "state": library.say(f"state_{after.state}", lang),
    }


def reported(library: Library, one: Incident, lang: str, *, latest: int = 0) -> tuple[str, ...]:
    """What was reported: texts as they came, all or the latest, then the answers to our own questions."""
    return (*one.words[-latest:], *(library.say(f"answer_{answer}", lang) for answer in one.answers))


def _written(library: Library, value: Value, lang: str) -> str:
    match value:
        case Words(text):
            return text
        case At(seconds):
            return library.city.clock(seconds)
        case Message(key):
            return library.say(key, lang)
        case _:
            return value

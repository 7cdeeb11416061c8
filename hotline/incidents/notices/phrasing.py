"""The words of a notice, in its reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline.content.fitting import CUT, fitted, short
from hotline.incidents.notice import At, Quote
from hotline.refusal import Message
from hotline.staff import PARTNER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotline.content import Library
    from hotline.incidents.incident import Incident
    from hotline.incidents.notice import Notice, Value

SEPARATOR: Final = " / "
WHOLE: Final = ("page", "page_reopened", "page_words", "page_partner")  # show all that was reported
LATEST: Final = 3  # texts of a report that are shown beside its first one


def phrased(
    library: Library, after: Incident, notice: Notice, lang: str, children: tuple[Incident, ...] = ()
) -> str:
    """What a notice about an incident says: its words are cut where they are too many for a text.

    `children` are the reports of its other witnesses.
    """
    values = {name: _written(library, value, lang) for name, value in notice.values.items()}
    rest = _rest(library, after, notice, lang)
    told = [gist(reported(library, one, lang), rest) for one in (after, *children)]
    facts = _facts(library, after, lang) | {"words": SEPARATOR.join(filter(None, told))} | values
    mark = f"{library.say('page_drill_mark', lang)} " if after.drill else ""

    def write(some: Mapping[str, str]) -> str:
        return mark + library.say(notice.key, lang, **{**facts, **some})

    return fitted(write, {name: facts[name] for name in ("words", "place")}, rest=rest)


def _rest(library: Library, after: Incident, notice: Notice, lang: str) -> str:
    """How a reader gets what was cut off; the partner, who is outside the team, cannot."""
    if notice.to == PARTNER:
        return ""
    return library.say("rest_how", lang, id=notice.values.get("other") or notice.values.get("id", after.id))


def _facts(library: Library, after: Incident, lang: str) -> dict[str, str]:
    photos = library.say("photos_some", lang, count=after.photos) if after.photos else ""
    return {
        "id": after.id,
        "place": short(after.place) or library.say("place_unknown", lang),
        "time": library.city.clock(after.opened_at),
        "photos": photos,
        "partner": library.city.partner_line,
        "state": library.say(f"state_{after.state}", lang),
    }


def gist(texts: tuple[str, ...], rest: str) -> str:
    """The first text and the latest, when there are many."""
    first, latest = texts[:-LATEST], texts[-LATEST:]
    return SEPARATOR.join((*first[:1], *([f"{CUT} {rest}".rstrip()] if len(first) > 1 else []), *latest))


def reported(library: Library, one: Incident, lang: str) -> tuple[str, ...]:
    """What was reported: texts as they came, then the answers to our own questions."""
    return (*one.words, *(library.say(f"answer_{answer}", lang) for answer in one.answers))


def _written(library: Library, value: Value, lang: str) -> str:
    match value:
        case Quote(text):
            return text
        case At(seconds):
            return library.city.clock(seconds)
        case Message(key):
            return library.say(key, lang)
        case _:
            return value

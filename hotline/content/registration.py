"""What carriers ask before a number may text, put together from city pack and live sentences, and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydantic import Field

from hotline.content.city import Strict, Text
from hotline.content.documents import read
from hotline.content.library import Library
from hotline.content.messages import FALLBACK, read_messages
from hotline.content.wording import numbers
from hotline.errors import ContentError
from hotline.privacy.retention import AGED_STREAMS
from hotline.store import DAY, keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hotline.content.messages import Messages

# Characters, from the campaign resource of Twilio's messaging API (version 2.6.7 of its OpenAPI document).
LIMITS: Final = {
    "description": (40, 4096),
    "message_flow": (40, 2048),
    "opt_in_message": (20, 320),
    "opt_out_message": (20, 320),
    "help_message": (20, 320),
    "opt_in_keywords": (0, 255),
    "opt_out_keywords": (0, 255),
    "help_keywords": (0, 255),
}
SAMPLES: Final = (2, 5)  # how many
SAMPLE: Final = (20, 1024)  # characters of each

# What each live sentence must hold in every language (CTIA principles 5.1.2.1 and 5.1.3, May 2023).
REQUIRED: Final = {
    "subscribed": ("name", "frequency", "rates", "HELP", "STOP"),
    "alert_frame": ("name", "STOP"),
    "closing_frame": ("name", "STOP"),
    "help": ("name", "contact", "STOP"),
    "stopped_alerts": ("name",),
    "stopped_hotline": ("name",),
    "welcome": ("name", "STOP"),
    "who_are_you": ("name", "STOP"),
}
_FIELDS: Final = {"name": "line_name", "contact": "contact"}  # what stands in braces
_LINK: Final = re.compile(r"https?://|www\.|\b[\w-]+\.(?:com|org|net|gov|edu|us)\b", re.IGNORECASE)
_SHORTEST_NUMBER: Final = 7  # digits: 911 and 211 are services, not numbers
_KEPT: Final = {
    "person_days": keys.person, "incident_days": keys.incident, "violation_days": keys.violation,
    "question_days": keys.question, "unanswered_days": keys.unanswered, "sent_days": keys.out,
    "photo_days": keys.photo,
}  # fmt: skip


class Keywords(Strict):
    """Words that sign up, stop and ask for help."""

    opt_in: tuple[Text, ...]
    opt_out: tuple[Text, ...]
    help: tuple[Text, ...]


class Examples(Strict):
    """Values that samples are filled in with."""

    time: Text
    event_time: Text
    event_name: Text
    event_place: Text


class About(Strict):
    """What a campaign is, and how people come to get its texts."""

    description: Text
    message_flow: Text


class Signs(Strict):
    """Words of the confirmation, by language, any one of which says how often, or what it costs."""

    frequency: dict[str, tuple[Text, ...]]
    rates: dict[str, tuple[Text, ...]]


class Pages(Strict):
    """The public pages."""

    privacy: Text
    terms: Text


class Prose(Strict):
    """`registration/en.yml`."""

    fill_in: tuple[Text, ...] = Field(min_length=1)
    keywords: Keywords
    examples: Examples
    alerts: About
    hotline: About
    signs: Signs
    pages: Pages


@dataclass(frozen=True)
class _Live:
    """The sentences of the line, with an example for whatever place a sentence has."""

    library: Library
    prose: Prose
    contact: str

    def say(self, key: str, lang: str, **values: str) -> str:
        """A sentence as somebody could get it.

        Raises:
            ContentError: it has a place that there is no example for; names sentence and place.
        """
        city = self.library.city
        examples = {
            "code": "482", "time": self.prose.examples.time, "zones": city.name,
            "number": "our alerts number",
            "contact": self.contact,
            "place": city.streets[0].name if city.streets else city.zones[0].name,
            "kinds": ", ".join(self.library.say(f"kind_{kind}", lang) for kind in ("alert", "event", "news")),
        }  # fmt: skip
        return self.library.say(key, lang, **(examples | values))

    def opt_in(self) -> str:
        """What somebody reads who signed up."""
        return self.say("subscribed", FALLBACK)


@dataclass(frozen=True)
class Campaign:
    """One sender's application. `texts` by field name, as Twilio's campaign resource calls them."""

    name: str
    texts: dict[str, str]
    samples: tuple[str, ...]

    @property
    def has_links(self) -> bool:
        """Whether a sample holds a link."""
        return any(_LINK.search(text) for text in self.samples)

    @property
    def has_numbers(self) -> bool:
        """Whether a sample holds a phone number."""
        found = (number for text in self.samples for number in numbers(text))
        return any(len(number) >= _SHORTEST_NUMBER for number in found)


@dataclass(frozen=True)
class Kit:
    """All that is needed to register; `findings` are sentences about what does not fit."""

    brand: str
    campaigns: tuple[Campaign, ...]
    pages: dict[str, str]
    fill_in: tuple[str, ...]
    findings: tuple[str, ...]


def kit(root: Path, city: str, contact: str) -> Kit:
    """Put the application of a city together and check it.

    Args:
        root: the content folder.
        city: name of the city pack, without `.yml`.
        contact: how to reach whoever runs the line.

    Raises:
        ContentError: a file is missing or malformed.
    """
    library = Library.load(root, city)
    prose = read(root / "registration" / f"{FALLBACK}.yml")[0].parse(Prose)
    live = _Live(library, prose, contact)
    campaigns = (_alerts(live), _hotline(live))
    pages = {"privacy": _filled(live, prose.pages.privacy), "terms": _filled(live, prose.pages.terms)}
    findings = (
        *(said for one in campaigns for said in misfits(one)),
        *lacking(read_messages(root), library.city.languages, prose.signs),
    )
    return Kit(library.city.line_name, campaigns, pages, prose.fill_in, findings)


def _alerts(live: _Live) -> Campaign:
    library, prose = live.library, live.prose
    other = next((lang for lang in library.city.languages if lang != FALLBACK), FALLBACK)
    given = prose.examples
    event = live.say(
        "events_line", FALLBACK, time=given.event_time, name=given.event_name, place=given.event_place
    )
    samples = (
        live.say("alert_frame", FALLBACK, text=live.say("alert_raid", FALLBACK)),
        live.say("closing_frame", FALLBACK, text=live.say("closing_left", FALLBACK)),
        live.say("alert_frame", FALLBACK, text=event),
        live.say("alert_frame", other, text=live.say("alert_raid", other)),
    )
    texts = _about(live, prose.alerts) | {
        "opt_in_message": live.opt_in(),
        "opt_in_keywords": ",".join(prose.keywords.opt_in),
        "opt_out_message": library.say("stopped_alerts", FALLBACK),
    }
    return Campaign("alerts", texts, samples)


def _hotline(live: _Live) -> Campaign:
    """Nobody signs up here: people text first, so there is no opt-in message."""
    library, prose = live.library, live.prose
    answer = library.answer("rights_at_door", FALLBACK)
    samples = (
        library.say("welcome", FALLBACK),
        *([answer.text] if answer else []),
        library.say("raid_safety", FALLBACK),
        library.say("raid_claimed", FALLBACK, time=prose.examples.time),
    )
    texts = _about(live, prose.hotline) | {
        "opt_out_message": library.say("stopped_hotline", FALLBACK),
    }
    return Campaign("hotline", texts, samples)


def _about(live: _Live, about: About) -> dict[str, str]:
    return {
        "description": _filled(live, about.description),
        "message_flow": _filled(live, about.message_flow),
        "opt_out_keywords": ",".join(live.prose.keywords.opt_out),
        "help_message": live.say("help", FALLBACK),
        "help_keywords": ",".join(live.prose.keywords.help),
    }


def _filled(live: _Live, text: str) -> str:
    kept = {name: family.lifetime for name, family in _KEPT.items() if isinstance(family.lifetime, int)}
    values = {name: f"{seconds / DAY:g}" for name, seconds in kept.items()}
    values["failed_days"] = str(AGED_STREAMS[keys.dead])
    values |= {
        "city": live.library.city.name,
        "line_name": live.library.city.line_name,
        "contact": live.contact,
    }
    values |= {
        "opt_in_words": " or ".join(live.prose.keywords.opt_in),
        "opt_in_text": live.opt_in(),
    }
    try:
        return text.format(**values)
    except (KeyError, IndexError, ValueError):
        known = ", ".join(sorted(values))
        raise ContentError(
            f"registration/{FALLBACK}.yml: only these names may stand in braces: {known}."
        ) from None


def misfits(campaign: Campaign) -> Iterator[str]:
    """One sentence for each text of a campaign that its field would refuse."""
    for name, text in campaign.texts.items():
        yield from _length(f"The {name} of the {campaign.name} campaign", text, *LIMITS[name])
    least, most = SAMPLES
    if not least <= len(campaign.samples) <= most:
        yield f"The {campaign.name} campaign has {len(campaign.samples)} samples, not {least} to {most}."
    for place, text in enumerate(campaign.samples, 1):
        yield from _length(f"Sample {place} of the {campaign.name} campaign", text, *SAMPLE)


def _length(what: str, text: str, least: int, most: int) -> Iterator[str]:
    if not least <= len(text) <= most:
        yield f"{what} has {len(text)} characters, not {least} to {most}."


def lacking(messages: Messages, languages: tuple[str, ...], signs: Signs) -> Iterator[str]:
    """One sentence for each thing that carriers require and a live sentence does not say."""
    for lang in languages:
        for key, needs in REQUIRED.items():
            text = messages.by_lang.get(lang, {}).get(key)
            if text is None:
                yield f"messages/{lang}.yml has no {key}: carriers require it in every language."
                continue
            missing = [need for need in needs if not _says(text, need, lang, signs)]
            if missing:
                yield f"messages/{lang}.yml: {key} does not say: {', '.join(missing)}."


def _says(text: str, need: str, lang: str, signs: Signs) -> bool:
    if need in _FIELDS:
        return f"{{{_FIELDS[need]}}}" in text
    if need in ("frequency", "rates"):
        words: dict[str, tuple[str, ...]] = signs.frequency if need == "frequency" else signs.rates
        return any(word.casefold() in text.casefold() for word in words.get(lang, ()))
    return re.search(rf"\b{need}\b", text) is not None

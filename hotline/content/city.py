"""A city pack: names, zones, streets, escalation policy, directory and events of one city."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime, field_validator, model_validator

from hotline.content.clock import hour
from hotline.content.documents import Document, read
from hotline.errors import ContentError
from hotline.privacy.vault import parse_number
from hotline.refusal import Refused

if TYPE_CHECKING:
    from pathlib import Path

# Numbers that stand in messages by name, so that the directory alone says what they are.
HELP_LINES: Final = {"crisis_line": "crisis", "violence_line": "safe_connect"}

type Grade = Literal["A", "A-", "B+", "B", "B-", "C+", "C"]
type Who = Literal["oncall", "oncall:zone", "oncall:language", "everyone", "organizers", "partner"]

PRINTABLE: frozenset[str] = frozenset({"A", "A-", "B+", "B"})  # nothing weaker is told to residents as a fact

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    """Base of all content schemas: unknown fields are errors, loaded content never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Zone(Strict):
    """A neighbourhood people can subscribe to; aliases are what they text for it."""

    id: Slug
    name: Text
    aliases: tuple[Text, ...] = ()


class Place(Strict):
    """A street or landmark of the gazetteer; `zones` stays empty where no source says which."""

    name: Text
    kind: Literal["street", "landmark"] = "street"
    aliases: tuple[Text, ...] = ()
    zones: tuple[Slug, ...] = ()
    address: str = ""


class Step(Strict):
    """One step of the escalation policy: who is texted, how many seconds after the incident opened."""

    who: Who
    after_seconds: int = Field(ge=0)


class Weekly(Strict):
    """Something that happens once a week, in the city's own clock."""

    day: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Hours(Strict):
    """A part of the day in the city's own clock; it may go over midnight."""

    begins: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", alias="from")]
    ends: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", alias="to")]


class Entry(Strict):
    """A help line of the directory. Weak numbers may stand here as notes, but are never printed."""

    id: Slug
    name: Text
    number: str = ""
    address: str = ""
    note: str = ""
    grade: Grade
    source: Text
    seen: date


class Event(Strict):
    """A meeting or training the line may name; `starts` is the city's own clock."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    starts: NaiveDatetime
    place: Annotated[str, Field(min_length=1, max_length=60)]
    source: Text

    @property
    def slug(self) -> str:
        """What it is counted under: day and name, letters and digits only."""
        return re.sub(r"[\W_]+", "-", f"{self.starts:%Y%m%d} {self.name.casefold()}").strip("-")


class City(Strict):
    """Everything that makes the line this city's line."""

    id: Slug
    name: Text
    line_name: Annotated[str, Field(min_length=1, max_length=20)]
    timezone: Text
    languages: Annotated[tuple[Text, ...], Field(min_length=1)]
    behind_address: tuple[Text, ...] = ()  # words of its name and state that end an address
    partner_line: str = ""
    zones: Annotated[tuple[Zone, ...], Field(min_length=1)]
    streets: tuple[Place, ...] = ()
    policy: Annotated[tuple[Step, ...], Field(min_length=1)]
    quiet_hours: Hours | None = None
    rollcall: Weekly | None = None
    drill: Weekly | None = None
    directory: tuple[Entry, ...] = ()
    events: tuple[Event, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value} is no time zone; write for instance America/New_York")
        return value

    @field_validator("policy")
    @classmethod
    def _in_order(cls, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        times = [step.after_seconds for step in steps]
        if times != sorted(times) or times[0] != 0:
            raise ValueError("steps start at 0 seconds and go forward in time")
        return steps

    @model_validator(mode="after")
    def _consistent(self) -> City:
        known = [zone.id for zone in self.zones]
        if len(set(known)) != len(known):
            raise ValueError("two zones have the same id")
        for place in self.streets:
            strange = set(place.zones) - set(known)
            if strange:
                raise ValueError(f"{place.name} names the unknown zone {min(strange)}")
        return self

    @model_validator(mode="after")
    def _partner_can_be_texted(self) -> City:
        if not any(step.who == "partner" for step in self.policy):
            return self
        try:
            parse_number(self.partner_line)
        except Refused:
            raise ValueError(
                "the policy names partner, and partner_line has no number that can be texted"
            ) from None
        return self

    @property
    def time_zone(self) -> ZoneInfo:
        """Whose clocks are the city's."""
        return ZoneInfo(self.timezone)

    def today(self) -> date:
        """The date in the city now."""
        return datetime.now(self.time_zone).date()

    def local(self, at: float) -> datetime:
        """An instant (seconds since the epoch) on the city's own clock."""
        return datetime.fromtimestamp(at, self.time_zone)

    def clock(self, at: float) -> str:
        """An instant as people here write the time: ``6:40 am``."""
        return hour(self.local(at))

    def coming_events(self, today: date) -> tuple[Event, ...]:
        """Events of today and later, the next first."""
        ahead = [event for event in self.events if event.starts.date() >= today]
        return tuple(sorted(ahead, key=lambda event: event.starts))

    def help_lines(self) -> dict[str, str]:
        """The numbers that urgent messages name, by their names in braces; "" for one nobody may be told."""
        told = {one.id: one for one in self.directory if one.number and one.grade in PRINTABLE}
        return {name: told[id_].number if id_ in told else "" for name, id_ in HELP_LINES.items()}

    def printable_numbers(self) -> frozenset[str]:
        """Digits of every directory number that residents may be given."""
        return frozenset(
            digits(one.number) for one in self.directory if one.number and one.grade in PRINTABLE
        )


def digits(number: str) -> str:
    """The digits of a phone number, without the US country code: `1-800-898-7180` gives `8008987180`."""
    only = "".join(filter(str.isdigit, number))
    return only[1:] if len(only) == 11 and only.startswith("1") else only


def read_city(root: Path, city: str) -> tuple[City, Document]:
    """Load `cities/<city>.yml`.

    Raises:
        ContentError: one sentence naming file, line and what is wrong.
    """
    documents = read(root / "cities" / f"{city}.yml")
    if len(documents) != 1:
        raise ContentError(f"{city}.yml holds {len(documents)} documents: a city pack is exactly one.")
    return documents[0].parse(City), documents[0]

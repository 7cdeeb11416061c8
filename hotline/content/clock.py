"""Days and hours as people here write them, in each language of the line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

MONTHS: Final = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
    "pt": "jan fev mar abr mai jun jul ago set out nov dez",
    "ht": "janv fev mas avr me jen jiy out sept okt nov des",
}
# From Monday on; letters of the GSM alphabet, so that a text with a date costs no more.
DAYS: Final = {
    "en": "Mon Tue Wed Thu Fri Sat Sun",
    "es": "lun mar mié jue vie sab dom",
    "pt": "seg ter qua qui sex sab dom",
    "ht": "lendi madi mèkredi jedi vandredi samdi dimanch",
}


def day(at: datetime, lang: str) -> str:
    """A day by its weekday: ``Thu Jun 3``, in the other languages ``jue 3 jun``."""
    spoken = lang if lang in MONTHS else "en"
    weekday = DAYS[spoken].split()[at.weekday()]
    month = MONTHS[spoken].split()[at.month - 1]
    return f"{weekday} {month} {at.day}" if spoken == "en" else f"{weekday} {at.day} {month}"


def hour(at: datetime) -> str:
    """A time of day: ``6:40 am``."""
    return at.strftime("%-I:%M %p").lower()


def moment(at: datetime, lang: str) -> str:
    """A day and the hour: ``Thu Jun 3, 6:00 pm``."""
    return f"{day(at, lang)}, {hour(at)}"

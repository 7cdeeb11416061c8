"""A refusal in its reader's language: what is wrong, and what to do then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.content.fitting import fitted
from hotline.refusal import Message, Numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hotline.content.messages import Messages
    from hotline.refusal import Refused, Value

    type Called = Callable[[Numbered], str]


def texted(messages: Messages, refused: Refused, lang: str) -> str:
    """What is wrong and what to text then. Of one too long the longest value is cut: somebody's own words."""
    values = written(messages, refused, lang)
    return fitted(
        lambda some: phrased(messages, refused, lang, some),
        dict(sorted(values.items(), key=lambda item: len(item[1]), reverse=True)),
    )


def phrased(
    messages: Messages, refused: Refused, lang: str, values: Mapping[str, str], remedy: str = ""
) -> str:
    """What is wrong and the `remedy` of a front end, else what to text."""
    what = messages.say(f"refusal_{refused.reason}", lang, **values)
    do = remedy.format(**refused.values) or messages.say(f"remedy_{refused.reason}", lang, **values)
    return f"{what} {do}"


def written(
    messages: Messages, refused: Refused, lang: str, called: Called = lambda one: one.code
) -> dict[str, str]:
    """The values of a refusal as they are read; `called`: what a broadcast is called there."""
    return {name: _written(messages, value, lang, called) for name, value in refused.values.items()}


def _written(messages: Messages, value: Value, lang: str, called: Called) -> str:
    match value:
        case Message(key):
            return messages.say(key, lang)
        case Numbered():
            return called(value)
        case tuple():
            return ", ".join(value)
        case _:
            return str(value)

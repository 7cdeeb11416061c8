"""Goal: be understood all the same: offer the likeliest topics, or say honestly that this is not ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, override

from actions.goal import Goal
from actions.turn import OUT_OF_SCOPE, Turn, speak
from hotline.content.topics import LINE

if TYPE_CHECKING:
    from rasa_sdk.executor import CollectingDispatcher

MOST: Final = 3
FLOOR: Final = 0.05  # below this the likeliest topic is a guess among seventy: say that we did not understand
SHARE: Final = 0.05  # a choice must be at least this likely, compared with the likeliest
NOT_OFFERED: Final = frozenset(LINE)


class OfferChoices(Goal):
    """At most three topics, likeliest first, for the worker to offer by digit."""

    rasa_name = "action_offer_choices"

    @override
    def answer(self, dispatcher: CollectingDispatcher, turn: Turn) -> None:
        choices = likeliest(turn)
        if choices:
            speak(dispatcher, turn, topic=choices[0], choices=choices)
            return
        key = "unknown" if turn.unsure else OUT_OF_SCOPE
        speak(dispatcher, turn, topic=OUT_OF_SCOPE, text=self.library.say(key, turn.lang))


def likeliest(turn: Turn) -> tuple[str, ...]:
    """The topics worth offering, likeliest first; none when the text is not ours or hardly understood."""
    if not turn.unsure or turn.topic == OUT_OF_SCOPE:
        return ()
    offered = [(topic, value) for topic, value in turn.ranking if topic not in NOT_OFFERED]
    if not offered or offered[0][1] < FLOOR:
        return ()
    least = offered[0][1] * SHARE
    return tuple(topic for topic, value in offered[:MOST] if value >= least)

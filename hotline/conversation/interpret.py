"""What a text means after what came before it: one order for the webhook, the worker, `classify`, `explain`.

Pure, in three stages, since each costs more than the one before: here by rules, in `interpret_models.py` by
what the models say, and by what the assistant heard. Some meanings hold only with what is stored, as a word
that was given out at a meeting: so a stage gives every meaning in order, and the first that holds is meant.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hotline.conversation.meanings import (
    Answers,
    Asks,
    CarrierActs,
    Checks,
    Detail,
    ForDesk,
    InCrisis,
    Leaves,
    NamesZones,
    Offers,
    Opened,
    ReopensAlerts,
    Returns,
    Unruled,
    WordGivenOut,
)
from hotline.messaging.asked import (
    FakeWords,
    HappeningNow,
    SureToDelete,
    SureToStop,
    TextAtNight,
    WhichZones,
)
from hotline.text.spelling import split
from hotline.understanding import bulletins
from hotline.understanding.commands import (
    addressed,
    agrees,
    check_command,
    declines,
    offered_handle,
    resident_command,
    says_now,
    staff_command,
)
from hotline.understanding.optout.rules import names_stop, optout, says_only_stop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hotline.conversation.meanings import ByRules
    from hotline.messaging.asked import Question
    from hotline.understanding.commands import Check, Command
    from hotline.understanding.intake import Rules
    from hotline.understanding.rules.rulebook import Crisis

# Twilio answers these itself and blocks the number (docs: advanced opt-out): a second confirmation from us
# would fail with 21610.
CARRIER_STOPS: Final = frozenset(
    {"stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel"}
)
CARRIER_STARTS: Final = frozenset({"start", "yes", "unstop"})  # with these Twilio lifts its block


@dataclass(frozen=True)
class Situation:
    """What a text follows upon, and where it came; as it stands, that of somebody we know nothing of.

    Attributes:
        asked: what we asked last, while it waits for an answer.
        in_report: their report is open.
        opened: the webhook has opened it for this text.
        answered: the webhook has answered the crisis in it.
        after_crisis: they texted about one within the hour.
        told: and the team reads what they text since.
        staff: a volunteer, or one of the team.
        at_work: one of them who works on a report, or writes for others.
        alerts: it came to an alerts number.
        stopped: they stopped the sender of ours that they texted.
        carrier: what the carrier says that it did: ``STOP``, ``START`` or nothing.
        acts: the carrier acts on its words here; on WhatsApp and Messenger it does not.
        photo: a photo came with it.
    """

    asked: Question | None = None
    in_report: bool = False
    opened: bool = False
    answered: bool = False
    after_crisis: bool = False
    told: bool = False
    staff: bool = False
    at_work: bool = False
    alerts: bool = False
    stopped: bool = False
    carrier: str = ""
    acts: bool = True
    photo: bool = False


def interpret(text: str, rules: Rules, situation: Situation) -> Iterator[ByRules]:
    """What a text may mean by the rules, in order; the last is always borne out."""
    if kinds := in_crisis(text, rules, situation):
        yield InCrisis(kinds)
        situation = replace(situation, stopped=situation.stopped and situation.alerts)  # it is answered
    check = check_command(text)
    if check and not situation.opened and is_quoting(text, situation.asked):
        yield Checks("fake", check.argument, awaited=True)
    if not (situation.staff and bulletins.read(text)):  # "NEWS EN: to leave, text STOP" is for others
        yield from _leaving(text, situation)
    if _reopens(text, situation):
        situation = replace(situation, stopped=False)
    if check:
        yield from _checking(check, text, rules, situation)
    if situation.staff:
        yield ForDesk()
    elif handle := offered_handle(text):
        yield Offers(handle)
    yield from _after_all(text, situation)


def in_crisis(text: str, rules: Rules, situation: Situation) -> tuple[Crisis, ...]:
    """The kinds of a crisis that come before everything else in this text."""
    if not rules.crisis or situation.answered:
        return rules.crisis
    return () if situation.carrier or _speaks_for_others(text, situation) else rules.crisis


def opens(text: str, rules: Rules, situation: Situation) -> bool:
    """Whether the webhook opens a report: not of words that a responder relays, or of a false text."""
    return rules.urgency == "page" and not situation.at_work and not is_quoting(text, situation.asked)


def is_quoting(text: str, asked: Question | None) -> bool:
    """Whether a text is FAKE and the words of another, for which we have just asked: those are no report."""
    check = check_command(text) if isinstance(asked, FakeWords) else None
    return check is not None and check.kind == "fake"


def _speaks_for_others(text: str, situation: Situation) -> bool:
    """Words of another text, or of the staff to somebody else: "Q3 do you want to die? Call 988"."""
    if is_quoting(text, situation.asked):
        return True
    if not situation.staff:
        return False
    said = staff_command(text) is not None or bool(addressed(text)[0])
    return said or bulletins.read(text) is not None


def _leaving(text: str, situation: Situation) -> Iterator[ByRules]:
    """STOP and START, in any words, and what the carrier does at them."""
    word = text.strip().casefold()
    stop = situation.carrier == "STOP" or (situation.acts and word in CARRIER_STOPS)
    if stop:
        yield CarrierActs("STOP")
    elif situation.carrier == "START" or (situation.acts and word in CARRIER_STARTS):
        yield CarrierActs("START")
    if _reopens(text, situation):
        yield ReopensAlerts()
    elif _returns(text, word, situation):
        yield Returns(silent=situation.carrier == "START" and not situation.alerts)
    if stop:
        yield Leaves("carrier")
    wish = None if situation.opened else optout(text)
    if wish == "stop":
        yield Leaves("only" if says_only_stop(text) else "said")
    elif wish == "ambiguous" and not situation.after_crisis and (not situation.staff or names_stop(text)):
        yield Leaves("unclear")


def _reopens(text: str, situation: Situation) -> bool:
    """ALERTS to an alerts number is the word that we told them brings alerts back."""
    command = resident_command(text) if situation.stopped and situation.alerts else None
    return command is not None and command.kind == "alerts"


def _returns(text: str, word: str, situation: Situation) -> bool:
    """START, or the YES that a carrier takes for it; to who did not stop us a YES may answer us."""
    if situation.stopped:
        return situation.carrier == "START" or word in CARRIER_STARTS
    return situation.carrier == "START" and not agrees(text)


def _checking(check: Check, text: str, rules: Rules, situation: Situation) -> Iterator[ByRules]:
    """Not FAKE when somebody may be in danger: "fake police at my door" is a report."""
    if check.kind == "verify":
        if not situation.opened:
            yield Checks("verify", check.argument)
    elif (
        rules.urgency == "none"
        and not (situation.staff or situation.in_report)
        and len(split(text).words) > 1
    ):
        yield Checks("fake", check.argument)


def _after_all(text: str, situation: Situation) -> Iterator[ByRules]:
    """What is neither a stop nor for the service: an answer, a command, more about a report, or unknown."""
    if situation.opened:
        yield Opened()
        return
    command = resident_command(text)
    yield from _answering(text, situation, command)
    if command is None and not situation.in_report and not situation.stopped:
        yield WordGivenOut()
    if command and _is_heard(command, situation):
        yield Asks(command)
    yield Detail(asks="?" in text) if situation.in_report else Unruled()


def _answering(text: str, situation: Situation, command: Command | None) -> Iterator[ByRules]:
    if isinstance(situation.asked, WhichZones) and command is None:
        yield NamesZones()
    if command and command.kind == "choice":
        yield Answers(command.argument)
    elif digit := _in_words(text, situation.asked):
        yield Answers(digit, in_words=True)


def _in_words(text: str, asked: Question | None) -> str:
    """The digit that a plain yes or no stands for, by what was asked; "" when it stands for none."""
    match asked:
        case HappeningNow():
            no = "3" if asked.or_stop else "2"
            return "1" if says_now(text) else no if declines(text) else ""
        case SureToStop() | SureToDelete() | TextAtNight():
            return "1" if agrees(text) else "2" if declines(text) else ""
        case _:
            return ""


def _is_heard(command: Command, situation: Situation) -> bool:
    """In a report, and from somebody who stopped us, few commands are."""
    if situation.in_report and command.kind in ("choice", "menu", "human"):
        return False
    return not situation.stopped or command.kind in ("start", "delete")

"""What pages show of broadcasts: the words with their cost, how far each is, and which wait for somebody."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Final

from hotline.broadcasts import texts
from hotline.broadcasts.audience import minutes_left
from hotline.broadcasts.states import MOVING, UNDER_WAY, BroadcastState
from hotline.messaging.carriers import twilio
from hotline.store import keys

if TYPE_CHECKING:
    from hotline.broadcasts.audience import Preview
    from hotline.broadcasts.broadcast import Broadcast
    from hotline.settings import Settings
    from hotline.store import Store

NAMES: Final = {"en": "English", "es": "Spanish", "pt": "Portuguese", "ht": "Haitian Creole"}
STATES: Final = {
    BroadcastState.WAITING: "waits for the alert to come to rest", BroadcastState.SENDING: "being sent"
}  # fmt: skip
HELD: Final = {
    "": "by a person",
    "carrier": "by the line: phone companies refuse its words",
    "sender": "by the line: our number or account is refused",
    "report": "by the line: its report is over",
}
EXCLUDED: Final = {
    "zone": "asked for other zones",
    "kind": "did not ask for this kind",
    "night": "did not agree to alerts at night",
    "stopped": "said STOP",
}
RECEIPTS: Final = {
    "sent": "Sent, the carrier has it",
    "delivered": "Delivered",
    "unknown": "Unknown: nobody can say whether it left, and it is never sent again blindly",
    "opted-out": "Not sent: said STOP",
    "expired": "Not sent: too late",
    "cancelled": "Not sent: cancelled",
    "closed": "Not sent: closed before",
    "drill": "Drill: would have got it",
}
FAILED: Final = ("failed", "undelivered")
REASONS: Final = (
    (twilio.OPTED_OUT, "the person said STOP"),
    (twilio.DEAD_NUMBER, "the number cannot be reached by text"),
    (twilio.CONTENT_REFUSED, "the carrier refused the words"),
    (twilio.SENDER_WRONG, "our number or account was refused"),
    (twilio.TRANSIENT, "the network failed"),
)


@dataclass(frozen=True)
class Column:
    """One language: its words as they leave, and what they cost."""

    lang: str
    name: str
    text: str
    segments: int
    alphabet: str
    hints: tuple[str, ...]
    people: int
    cost: str


@dataclass(frozen=True)
class Progress:
    """How far a broadcast is."""

    total: int
    done: int
    rows: tuple[tuple[str, int], ...]
    reasons: tuple[tuple[str, int], ...]
    minutes: int


def columns(settings: Settings, one: Broadcast, found: Preview | None = None) -> list[Column]:
    """Every language of a broadcast, with the people of a preview or else those fixed at approval."""
    made: list[Column] = []
    for lang, text in one.texts.items():
        people = found.by_lang[lang].people if found else one.langs.get(lang, 0)
        cost = texts.cost(lang, text, people, settings.content_dir)
        price = f"{cost.total * settings.segment_price:.2f}" if settings.segment_price else ""
        made.append(
            Column(lang, NAMES.get(lang, lang), text, cost.segments, cost.encoding, cost.hints, people, price)
        )
    return made


async def progress(store: Store, settings: Settings, one: Broadcast) -> Progress:
    """How far it is, with what failed by reason."""
    codes = await store.hgetall(keys.broadcast_codes(one.id))
    reasons: dict[str, int] = {}
    for code, count in codes.items():
        reason = f"{_reason(int(code))} (error {code})"
        reasons[reason] = reasons.get(reason, 0) + int(count)
    failed = sum(one.receipts.get(receipt, 0) for receipt in FAILED)
    rows = [("Waiting to be sent", one.waiting)]
    rows += [(label, one.receipts.get(receipt, 0)) for receipt, label in RECEIPTS.items()]
    rows.append(("Failed", failed))
    always = {"Waiting to be sent", RECEIPTS["sent"], RECEIPTS["delivered"], "Failed"}
    shown = tuple((label, count) for label, count in rows if count or label in always)
    minutes = ceil(minutes_left(one, settings)) if one.state in (*MOVING, *UNDER_WAY) else 0
    return Progress(one.total, one.total - one.waiting, shown, tuple(reasons.items()), minutes)


def _reason(code: int) -> str:
    return next((reason for codes, reason in REASONS if code in codes), "the carrier refused it")


def state(one: Broadcast, now: float) -> str:
    """Its state in words; a paused one says by whom."""
    if one.state is BroadcastState.PAUSED:
        return f"paused {HELD.get(one.held, f'by the line: {one.held}')}"
    if one.state is BroadcastState.DRAFT and one.expires <= now:
        return "draft, expired"
    return STATES.get(one.state, one.state)


def groups(found: list[Broadcast]) -> dict[str, list[Broadcast]]:
    """Broadcasts by what they wait for, those somebody must look at first."""
    under_way = [one for one in found if one.state in (*MOVING, BroadcastState.PAUSED)]
    open_ones = [one for one in found if one.to_close and one not in under_way]
    drafts = [one for one in found if one.state is BroadcastState.DRAFT]
    over = [one for one in found if one not in under_way and one not in open_ones and one not in drafts]
    return {
        "Being sent, or paused": under_way,
        "To be closed": open_ones,
        "Drafts": drafts,
        "Closed and past": over,
    }

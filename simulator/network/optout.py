"""Twilio's default opt-out handling: one-word texts that block and unblock a sender.

Source: help.twilio.com, "Twilio support for opt-out keywords"; REVOKE and OPTOUT were added in 2025. English
only, one word only. Not applied to WhatsApp and Messenger. `YES` counts as an opt-in, `INFO` as help, by the
same article; facts on `YES` differ between sources.
"""

from __future__ import annotations

from typing import Final, Literal

STOP: Final = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START: Final = frozenset({"START", "YES", "UNSTOP"})
HELP: Final = frozenset({"HELP", "INFO"})
# Twilio's standard words, sent in the sender's name when SIMULATOR_OPT_OUT_REPLIES is on.
REPLIES: Final = {
    "stop": "You have successfully been unsubscribed. You will not receive any more messages from this "
    "number. Reply START to resubscribe.",
    "start": "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "help": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}

type Effect = Literal["stop", "start", "help", ""]


def effect(body: str) -> Effect:
    """What a text does to the person's consent, by its single word; "" for nothing."""
    word = body.strip().upper()
    if word in STOP:
        return "stop"
    if word in START:
        return "start"
    return "help" if word in HELP else ""

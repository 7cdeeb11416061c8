"""Every key there is: its name, its owner and its lifetime. No other module spells one.

A name is that inside one city; `Store` puts the tag of its city before it, ``{hartford}:incident:7``.
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import Final, Literal

type Lifetime = int | Literal["until handled", "trimmed by age", "permanent"]

MINUTE: Final = 60
DAY: Final = 24 * 60 * MINUTE
UNTIL_HANDLED: Final = "until handled"
BY_AGE: Final = "trimmed by age"
PERMANENT: Final = "permanent"


class Key(str):
    """The name of a key inside its city."""

    __slots__ = ()


@dataclass(frozen=True)
class Entry:
    """One line of the register: which keys, the module that owns them, and how long they live (seconds)."""

    pattern: str
    owner: str
    lifetime: Lifetime
    why: str


class Family(Entry):
    """Keys of one kind, one for each name."""

    def __call__(self, name: str | int) -> Key:
        """The key of a name; ``*`` stands for any."""
        head, _, tail = self.pattern.partition("*")
        return Key(f"{head}{name}{tail}")


class Pairs(Entry):
    """Keys of one kind, one for each pair of names."""

    def __call__(self, first: str | int, second: str | int) -> Key:
        """The key of two names; ``*`` stands for any."""
        head, middle, tail = self.pattern.split("*")
        return Key(f"{head}{first}{middle}{second}{tail}")


KEYS: Final[list[Entry]] = []


def registered(key: str) -> Entry | None:
    """The register entry that a key falls under: of those that fit the one that says most of its name."""
    fitting = (entry for entry in KEYS if fnmatch.fnmatchcase(key, entry.pattern))
    return max(fitting, key=lambda entry: len(entry.pattern.replace("*", "")), default=None)


def _key(name: str, owner: str, lifetime: Lifetime, why: str) -> Key:
    KEYS.append(Entry(name, owner, lifetime, why))
    return Key(name)


def _family(pattern: str, owner: str, lifetime: Lifetime, why: str) -> Family:
    KEYS.append(made := Family(pattern, owner, lifetime, why))
    return made


def _pairs(pattern: str, owner: str, lifetime: Lifetime, why: str) -> Pairs:
    KEYS.append(made := Pairs(pattern, owner, lifetime, why))
    return made


everything: Final = Key("*")  # a pattern, of no key's own

secret_fingerprint = _key(
    "secret:fingerprint", "privacy.fingerprint", PERMANENT, "which key the pseudonyms were made with"
)
seen = _family(
    "seen:*", "sms.inbox", 3 * DAY, "a MessageSid already taken: a repeated webhook stores nothing"
)
inbox_active = _key("inbox:active", "sms.inbox", UNTIL_HANDLED, "people with a turn queued or under way")
inbox_ready = _key(
    "inbox:ready", "sms.inbox", UNTIL_HANDLED, "stream of people whose next text may be handled"
)
inbox_tries = _key("inbox:tries", "sms.inbox", UNTIL_HANDLED, "how often a text was begun; bounds poison")
inbox = _family(
    "inbox:*", "sms.inbox", UNTIL_HANDLED, "mailbox of one person, oldest first, bodies encrypted"
)
dead = _key("dead", "sms.inbox", BY_AGE, "texts that failed too often, encrypted, for a human")
person = _family(
    "person:*", "sms.people", 90 * DAY, "number (encrypted), language and last answer of one person"
)
optout = _family("optout:*", "sms.people", PERMANENT, "pseudonyms that must not be texted by that sender")
blocked = _family(
    "blocked:*", "sms.people", PERMANENT, "of these, whom the carrier blocks until they text START"
)
forgetting = _key(
    "forgetting", "privacy.retention", 10 * MINUTE, "who is being forgotten, and what came meanwhile"
)
forgotten = _key("forgotten", "privacy.retention", PERMANENT, "how many were forgotten; nobody is named")
frozen = _key("frozen", "sms.outbox", PERMANENT, "what waits by hand: alerts")
out = _family("out:*", "sms.outbox", 7 * DAY, "one outbound text; its body goes once it is accepted")
outbox_rate = _family(
    "outbox:rate:*", "sms.outbox", 2 * MINUTE, "when the carrier's rate allows the next segment"
)
outbox_rate_times = _family("outbox:rate:*:times", "sms.outbox", 2 * MINUTE, "when the last segments went")
outbox = _family("outbox:*", "sms.outbox", UNTIL_HANDLED, "ids that wait for one sender, most urgent first")
outbox_later = _family("outbox:later:*", "sms.outbox", UNTIL_HANDLED, "ids that are tried again, by time")
outbox_sending = _family("outbox:sending:*", "sms.outbox", UNTIL_HANDLED, "ids under way at the carrier")
sid = _family("sid:*", "sms.outbox", 7 * DAY, "Twilio's MessageSid to our outbound id")
rasa_tracker = _family(
    "rasa:tracker:*", "bot.trackers", DAY, "topics of a conversation's last turns, no words"
)
alive = _key("alive", "worker", 15, "heartbeat of any worker")
alive_worker = _family("alive:*", "worker", 15, "heartbeat of one worker")
lock = _family("lock:*", "worker", MINUTE, "one housekeeper at a time")
reports = _key("reports", "incidents", BY_AGE, "the urgent queue: one entry per event of an incident")
incidents_last = _key("incidents:last", "incidents", PERMANENT, "the last incident number given out")
incidents_open = _key("incidents:open", "incidents", UNTIL_HANDLED, "incidents that are not closed")
incidents_due = _key(
    "incidents:due", "incidents", UNTIL_HANDLED, "when each open incident needs its next step"
)
incidents_all = _key("incidents:all", "incidents", BY_AGE, "incidents by time of opening")
incident = _family("incident:*", "incidents", 90 * DAY, "one incident")
incident_log = _family("incident:*:log", "incidents", 90 * DAY, "its append-only log")
incident_pages = _family("incident:*:pages", "incidents.unreached", 90 * DAY, "which of its pages arrived")
incident_photos = _family("incident:*:photos", "incidents.photo_links", 90 * DAY, "its photos, in order")
reporter = _family("reporter:*", "incidents", DAY, "the open incident a resident reported")
silences_due = _key(
    "silences:due", "incidents.silence", UNTIL_HANDLED, "reporters whose answer is waited for"
)
questions_last = _key(
    "questions:last", "incidents.questions", PERMANENT, "the last question number given out"
)
questions_open = _key("questions:open", "incidents.questions", BY_AGE, "questions that wait for a person")
question = _family("question:*", "incidents.questions", 30 * DAY, "one question for a person, masked")
crisis = _family(
    "crisis:*",
    "incidents.crisis_pages",
    60 * MINUTE,
    "the open question of somebody in crisis, and its pages",
)
violations_last = _key(
    "violations:last", "incidents.violations", PERMANENT, "the last violation number given out"
)
violations_all = _key("violations:all", "incidents.violations", BY_AGE, "violations by time of reporting")
violation = _family(
    "violation:*", "incidents.violations", 180 * DAY, "one report of a broken ordinance, masked"
)
interview = _family(
    "interview:*", "conversation.violation", DAY, "which question about a violation comes next"
)
unanswered = _family(
    "unanswered:*", "conversation.unanswered", 90 * DAY, "one masked question no card answered"
)
asked = _family(
    "asked:*", "conversation.unanswered", 90 * DAY, "which of them a person asked, to forget them too"
)
staff = _key("staff", "incidents.roster", PERMANENT, "responders, organizers, operators by handle")
staff_people = _key("staff:people", "incidents.roster", PERMANENT, "pseudonym to handle")
staff_oncall = _key("staff:oncall", "incidents.roster", PERMANENT, "handles that are on call")
shifts = _key("shifts", "incidents.shifts", PERMANENT, "weekly shifts by number")
shifts_last = _key("shifts:last", "incidents.shifts", PERMANENT, "the last shift number given out")
shifts_off = _key(
    "shifts:off", "incidents.shifts", UNTIL_HANDLED, "handles and days they cannot; gone when over"
)
shifts_swaps = _key(
    "shifts:swaps", "incidents.shifts", UNTIL_HANDLED, "who takes one day of a shift; gone when over"
)
shifts_down = _key(
    "shifts:down", "incidents.shifts", UNTIL_HANDLED, "who texted OFF in a shift, until it ends"
)
shifts_told = _family("shifts:told:*", "incidents.duties", 2 * DAY, "a reminder already sent")
swaps_last = _key("swaps:last", "incidents.swaps", PERMANENT, "the last number of a swap asked by text")
swaps_asked = _family(
    "swaps:asked:*", "incidents.swaps", 61 * DAY, "numbers of the swaps that one volunteer was asked"
)
swap = _family(
    "swap:*", "incidents.swaps", 61 * DAY, "one volunteer asked to take another's shift, by handle"
)
photos_due = _key(
    "photos:due", "incidents.photos", UNTIL_HANDLED, "photos to be fetched, or waiting for their report"
)
photos_lease = _family("photos:lease:*", "incidents.photos", MINUTE, "which photo a worker is busy with")
photos_seen = _pairs(
    "photos:seen:*:*", "incidents.photo_links", DAY, "which reader has a link to which photo already"
)
photo = _family("photo:*", "incidents.photos", 7 * DAY, "one photo, stripped and encrypted")
photo_link = _family("photo:link:*", "incidents.photo_links", DAY, "one reader's link to a photo")
removals_due = _key(
    "removals:due", "privacy.removals", UNTIL_HANDLED, "when the carrier is next asked to delete what"
)
removals = _key(
    "removals", "privacy.removals", UNTIL_HANDLED, "photos the carrier still has, addresses encrypted"
)
drills = _key("drills", "incidents.drill", BY_AGE, "numbers of the drills whose results are kept")
drill = _family("drill:*", "incidents.drill", 365 * DAY, "what one drill showed: times of its stages")
drill_week = _family("drill:week:*", "incidents.drill", 8 * DAY, "the weekly drill of one week was sent")
rollcall = _family(
    "rollcall:*", "incidents.rollcall", 30 * DAY, "one test page: who answered when, by handle"
)
rollcall_current = _key("rollcall:current", "incidents.rollcall", DAY, "the test page that an OK answers")
rollcall_due = _key(
    "rollcall:due", "incidents.rollcall", UNTIL_HANDLED, "test pages whose result organizers still get"
)
candidate = _family(
    "candidate:*", "incidents.vouching", 14 * DAY, "somebody who asked to respond, until two vouch"
)
subscribers = _key(
    "subscribers:everybody", "subscribers", PERMANENT, "pseudonyms of people who asked for alerts"
)
subscriber = _family(
    "subscriber:*", "subscribers", PERMANENT, "consent, number (encrypted), zones, until they stop"
)
signup_code = _family(
    "signup:code:*", "subscribers", 31 * DAY, "a word given out at a meeting that signs people up"
)
exports = _key("exports", "consents", BY_AGE, "who took numbers out in clear, when and why; no number")
broadcasts_last = _key("broadcasts:last", "broadcasts", PERMANENT, "the last broadcast number given out")
broadcasts_sending = _key(
    "broadcasts:sending", "broadcasts", UNTIL_HANDLED, "broadcasts that are being delivered"
)
broadcasts_all = _key("broadcasts:all", "broadcasts", BY_AGE, "broadcasts by time of drafting")
broadcast = _family("broadcast:*", "broadcasts", 90 * DAY, "one broadcast")
broadcast_log = _family("broadcast:*:log", "broadcasts", 90 * DAY, "who did what with it, by handle")
broadcast_ledger = _family("broadcast:*:ledger", "broadcasts", 90 * DAY, "its receipt from each person")
broadcast_counts = _family("broadcast:*:counts", "broadcasts", 90 * DAY, "how many have each receipt")
broadcast_codes = _family(
    "broadcast:*:codes", "broadcasts", 90 * DAY, "what the carrier refused it for, how often"
)
broadcast_people = _family(
    "broadcast:*:people", "broadcasts", 90 * DAY, "number (encrypted) and language, for its closing"
)
broadcast_todo = _family("broadcast:*:todo", "broadcasts", 90 * DAY, "who is still to be fed to the outbox")
broadcast_staged = _pairs(
    "broadcast:*:todo:*", "broadcasts", 60 * MINUTE, "such a list while it waits for its approval"
)
broadcast_canaries = _family(
    "broadcast:*:canaries", "broadcasts.canary", 90 * DAY, "which phones of our own it reached, and when"
)
broadcast_trouble = _family("broadcast:*:trouble", "broadcasts.trouble", DAY, "its trouble was told")
broadcast_yes = _family(
    "broadcast:*:yes", "broadcasts.answers", 90 * DAY, "who comes, where no meeting of the pack fits"
)
broadcast_code = _family(
    "broadcast:code:*", "broadcasts.verifying", 90 * DAY, "a four-digit code to its broadcast"
)
broadcast_report = _family(
    "broadcast:report:*", "broadcasts.once", 90 * DAY, "the broadcasts about one report"
)
event_yes = _family(
    "event:*:yes", "broadcasts.answers", 90 * DAY, "who comes to a meeting; goes a week after it"
)
onetime = _family(
    "onetime:*", "broadcasts.onetime", 10 * MINUTE, "what one organizer's code is for, the code keyed"
)
onetime_hour = _family(
    "onetime:hour:*", "broadcasts.onetime", 60 * MINUTE, "how many codes a phone asked for in an hour"
)
freeze_asked = _key(
    "freeze:asked", "conversation.holding", 10 * MINUTE, "which organizer wants to hold all alerts"
)
freezes = _key("freezes", "broadcasts.freeze", BY_AGE, "who held alerts back and let them go, by handle")
canary = _key("canary", "broadcasts.canary", BY_AGE, "what phones of our own saw; no number")
canary_told = _key(
    "canary:told", "broadcasts.canary", 10 * MINUTE, "of how many strange texts people were told"
)
canary_told_words = _family(
    "canary:told:*", "broadcasts.canary", 10 * MINUTE, "a strange text that people were told of"
)
fake = _family("fake:*", "conversation.verify", DAY, "how often a person passed words on as false")
fake_words = _family("fake:words:*", "conversation.verify", DAY, "words that were passed on as false")

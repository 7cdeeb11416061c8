"""Every key there is: its name, its owner and its lifetime. No other module spells one.

A name is that inside one city; `Store` puts the tag of its city before it, ``{city}:incident:7``.
"""

from __future__ import annotations

from typing import Final

from hotline.store.register import BY_AGE, DAY, MINUTE, PERMANENT, UNTIL_HANDLED, Key, family, pairs, single

everything: Final = Key("*")  # a pattern, of no key's own

secret_fingerprint = single(
    "secret:fingerprint", "privacy.fingerprint", PERMANENT, "which key the pseudonyms were made with"
)
seen = family(
    "seen:*", "messaging.inbox", 3 * DAY, "a MessageSid already taken: a repeated webhook stores nothing"
)
inbox_active = single(
    "inbox:active", "messaging.inbox", UNTIL_HANDLED, "people with a turn queued or under way"
)
inbox_ready = single(
    "inbox:ready", "messaging.inbox", UNTIL_HANDLED, "stream of people whose next text may be handled"
)
inbox_tries = single(
    "inbox:tries", "messaging.inbox", UNTIL_HANDLED, "how often a text was begun; bounds poison"
)
inbox = family(
    "inbox:*", "messaging.inbox", UNTIL_HANDLED, "mailbox of one person, oldest first, bodies encrypted"
)
dead = single("dead", "messaging.inbox", BY_AGE, "texts that failed too often, encrypted, for a human")
person = family(
    "person:*", "messaging.contacts", 90 * DAY, "number (encrypted), language and last answer of one person"
)
optout = family(
    "optout:*", "messaging.contacts", PERMANENT, "pseudonyms that must not be texted by that sender"
)
blocked = family(
    "blocked:*", "messaging.contacts", PERMANENT, "of these, whom the carrier blocks until they text START"
)
forgetting = single(
    "forgetting", "privacy.retention", 10 * MINUTE, "who is being forgotten, and what came meanwhile"
)
forgotten = single("forgotten", "privacy.retention", PERMANENT, "how many were forgotten; nobody is named")
frozen = single("frozen", "messaging.outbox", PERMANENT, "what waits by hand: alerts")
out = family("out:*", "messaging.outbox", 7 * DAY, "one outbound text; its body goes once it is accepted")
outbox_rate = family(
    "outbox:rate:*", "messaging.outbox", 2 * MINUTE, "when the carrier's rate allows the next segment"
)
outbox_rate_times = family(
    "outbox:rate:*:times", "messaging.outbox", 2 * MINUTE, "when the last segments went"
)
outbox = family(
    "outbox:*", "messaging.outbox", UNTIL_HANDLED, "ids that wait for one sender, most urgent first"
)
outbox_later = family(
    "outbox:later:*", "messaging.outbox", UNTIL_HANDLED, "ids that are tried again, by time"
)
outbox_sending = family("outbox:sending:*", "messaging.outbox", UNTIL_HANDLED, "ids under way at the carrier")
sid = family("sid:*", "messaging.outbox", 7 * DAY, "Twilio's MessageSid to our outbound id")
rasa_tracker = family(
    "rasa:tracker:*", "bot.trackers", DAY, "topics of a conversation's last turns, no words"
)
alive = single("alive", "worker", 15, "heartbeat of any worker")
alive_worker = family("alive:*", "worker", 15, "heartbeat of one worker")
lock = family("lock:*", "worker", MINUTE, "one housekeeper at a time")
reports = single("reports", "incidents", BY_AGE, "the urgent queue: one entry per event of an incident")
incidents_last = single("incidents:last", "incidents", PERMANENT, "the last incident number given out")
incidents_open = single("incidents:open", "incidents", UNTIL_HANDLED, "incidents that are not closed")
incidents_due = single(
    "incidents:due", "incidents", UNTIL_HANDLED, "when each open incident needs its next step"
)
incidents_all = single("incidents:all", "incidents", BY_AGE, "incidents by time of opening")
incident = family("incident:*", "incidents", 90 * DAY, "one incident")
incident_log = family("incident:*:log", "incidents", 90 * DAY, "its append-only log")
incident_pages = family(
    "incident:*:pages", "incidents.notices.unreached", 90 * DAY, "which of its pages arrived"
)
incident_photos = family("incident:*:photos", "incidents.photo_links", 90 * DAY, "its photos, in order")
reporter = family("reporter:*", "incidents", DAY, "the open incident a resident reported")
silences_due = single(
    "silences:due", "incidents.no_answer", UNTIL_HANDLED, "reporters whose answer is waited for"
)
questions_last = single(
    "questions:last", "casework.questions", PERMANENT, "the last question number given out"
)
questions_open = single("questions:open", "casework.questions", BY_AGE, "questions that wait for a person")
question = family("question:*", "casework.questions", 30 * DAY, "one question for a person, masked")
crisis = family(
    "crisis:*",
    "casework.crisis_pages",
    60 * MINUTE,
    "the open question of somebody in crisis, and its pages",
)
violations_last = single(
    "violations:last", "casework.violations", PERMANENT, "the last violation number given out"
)
violations_all = single("violations:all", "casework.violations", BY_AGE, "violations by time of reporting")
violation = family(
    "violation:*", "casework.violations", 180 * DAY, "one report of a broken ordinance, masked"
)
interview = family(
    "interview:*", "conversation.residents.violation", DAY, "which question about a violation comes next"
)
unanswered = family(
    "unanswered:*", "conversation.residents.unanswered", 90 * DAY, "one masked question no card answered"
)
asked = family(
    "asked:*",
    "conversation.residents.unanswered",
    90 * DAY,
    "which of them a person asked, to forget them too",
)
staff = single("staff", "staff.roster", PERMANENT, "responders, organizers, operators by handle")
staff_people = single("staff:people", "staff.roster", PERMANENT, "pseudonym to handle")
staff_oncall = single("staff:oncall", "staff.roster", PERMANENT, "handles that are on call")
shifts = single("shifts", "staff.shifts", PERMANENT, "weekly shifts by number")
shifts_last = single("shifts:last", "staff.shifts", PERMANENT, "the last shift number given out")
shifts_off = single(
    "shifts:off", "staff.shifts", UNTIL_HANDLED, "handles and days they cannot; gone when over"
)
shifts_swaps = single(
    "shifts:swaps", "staff.shifts", UNTIL_HANDLED, "who takes one day of a shift; gone when over"
)
shifts_down = single("shifts:down", "staff.shifts", UNTIL_HANDLED, "who texted OFF in a shift, until it ends")
shifts_told = family("shifts:told:*", "staff.reminders", 2 * DAY, "a reminder already sent")
swaps_last = single("swaps:last", "staff.swaps", PERMANENT, "the last number of a swap asked by text")
swaps_asked = family(
    "swaps:asked:*", "staff.swaps", 61 * DAY, "numbers of the swaps that one volunteer was asked"
)
swap = family("swap:*", "staff.swaps", 61 * DAY, "one volunteer asked to take another's shift, by handle")
photos_due = single(
    "photos:due", "incidents.photos", UNTIL_HANDLED, "photos to be fetched, or waiting for their report"
)
photos_lease = family("photos:lease:*", "incidents.photos", MINUTE, "which photo a worker is busy with")
photos_seen = pairs(
    "photos:seen:*:*", "incidents.photo_links", DAY, "which reader has a link to which photo already"
)
photo = family("photo:*", "incidents.photos", 7 * DAY, "one photo, stripped and encrypted")
photo_link = family("photo:link:*", "incidents.photo_links", DAY, "one reader's link to a photo")
removals_due = single(
    "removals:due", "privacy.pending_removals", UNTIL_HANDLED, "when the carrier is next asked to delete what"
)
removals = single(
    "removals", "privacy.pending_removals", UNTIL_HANDLED, "photos the carrier still has, addresses encrypted"
)
drills = single("drills", "incidents.drill", BY_AGE, "numbers of the drills whose results are kept")
drill = family("drill:*", "incidents.drill", 365 * DAY, "what one drill showed: times of its stages")
drill_week = family("drill:week:*", "incidents.drill", 8 * DAY, "the weekly drill of one week was sent")
rollcall = family("rollcall:*", "staff.rollcall", 30 * DAY, "one test page: who answered when, by handle")
rollcall_current = single("rollcall:current", "staff.rollcall", DAY, "the test page that an OK answers")
rollcall_due = single(
    "rollcall:due", "staff.rollcall", UNTIL_HANDLED, "test pages whose result organizers still get"
)
candidate = family(
    "candidate:*", "staff.volunteers", 14 * DAY, "somebody who asked to respond, until two vouch"
)
subscribers = single(
    "subscribers:everybody",
    "subscriptions.subscribers",
    PERMANENT,
    "pseudonyms of people who asked for alerts",
)
subscriber = family(
    "subscriber:*",
    "subscriptions.subscribers",
    PERMANENT,
    "consent, number (encrypted), zones, until they stop",
)
signup_code = family(
    "signup:code:*",
    "subscriptions.subscribers",
    31 * DAY,
    "a word given out at a meeting that signs people up",
)
exports = single(
    "exports",
    "subscriptions.consent_export",
    BY_AGE,
    "who took numbers out in clear, when and why; no number",
)
broadcasts_last = single("broadcasts:last", "broadcasts", PERMANENT, "the last broadcast number given out")
broadcasts_sending = single(
    "broadcasts:sending", "broadcasts", UNTIL_HANDLED, "broadcasts that are being delivered"
)
broadcasts_all = single("broadcasts:all", "broadcasts", BY_AGE, "broadcasts by time of drafting")
broadcast = family("broadcast:*", "broadcasts", 90 * DAY, "one broadcast")
broadcast_log = family("broadcast:*:log", "broadcasts", 90 * DAY, "who did what with it, by handle")
broadcast_ledger = family("broadcast:*:ledger", "broadcasts", 90 * DAY, "its receipt from each person")
broadcast_counts = family("broadcast:*:counts", "broadcasts", 90 * DAY, "how many have each receipt")
broadcast_codes = family(
    "broadcast:*:codes", "broadcasts", 90 * DAY, "what the carrier refused it for, how often"
)
broadcast_people = family(
    "broadcast:*:people", "broadcasts", 90 * DAY, "number (encrypted) and language, for its closing"
)
broadcast_todo = family("broadcast:*:todo", "broadcasts", 90 * DAY, "who is still to be fed to the outbox")
broadcast_staged = pairs(
    "broadcast:*:todo:*", "broadcasts", 60 * MINUTE, "such a list while it waits for its approval"
)
broadcast_canaries = family(
    "broadcast:*:canaries",
    "broadcasts.delivery.canaries",
    90 * DAY,
    "which phones of our own it reached, and when",
)
broadcast_trouble = family("broadcast:*:trouble", "broadcasts.delivery.failures", DAY, "its trouble was told")
broadcast_yes = family(
    "broadcast:*:yes", "broadcasts.rsvp", 90 * DAY, "who comes, where no meeting of the pack fits"
)
broadcast_code = family(
    "broadcast:code:*", "broadcasts.verification", 90 * DAY, "a four-digit code to its broadcast"
)
broadcast_report = family(
    "broadcast:report:*", "broadcasts.once", 90 * DAY, "the broadcasts about one report"
)
broadcast_day = family(
    "broadcast:day:*", "broadcasts.approval", 2 * DAY, "how many alerts were approved on one day"
)
event_yes = family("event:*:yes", "broadcasts.rsvp", 90 * DAY, "who comes to a meeting; goes a week after it")
onetime = family(
    "onetime:*", "broadcasts.codes", 10 * MINUTE, "what one organizer's code is for, the code keyed"
)
onetime_hour = family(
    "onetime:hour:*", "broadcasts.codes", 60 * MINUTE, "how many codes a phone asked for in an hour"
)
freeze_asked = single(
    "freeze:asked", "conversation.organizers.holds", 10 * MINUTE, "which organizer wants to hold all alerts"
)
freezes = single("freezes", "broadcasts.freeze", BY_AGE, "who held alerts back and let them go, by handle")
canary = single("canary", "broadcasts.delivery.canaries", BY_AGE, "what phones of our own saw; no number")
canary_told = single(
    "canary:told", "broadcasts.delivery.canaries", 10 * MINUTE, "of how many strange texts people were told"
)
canary_told_words = family(
    "canary:told:*", "broadcasts.delivery.canaries", 10 * MINUTE, "a strange text that people were told of"
)
fake = family("fake:*", "conversation.residents.verify", DAY, "how often a person passed words on as false")
fake_words = family(
    "fake:words:*", "conversation.residents.verify", DAY, "words that were passed on as false"
)

"""Counters and histograms. Labels are kinds and states, never people, numbers or words."""

from __future__ import annotations

import os
import socket

from prometheus_client import Counter, Gauge, Histogram, values

if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    # Containers share the folder and may have equal pids: the host's name keeps their files apart.
    values.ValueClass = values.MultiProcessValue(lambda: f"{socket.gethostname()}-{os.getpid()}")

FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SLOW = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900)

WEBHOOKS = Counter("hotline_webhooks_total", "Webhook requests by route and answer", ["route", "answer"])
TRIAGE = Histogram("hotline_triage_seconds", "Time the rules took for one text", buckets=FAST)
TRIAGED = Counter("hotline_triaged_total", "Texts by urgency", ["urgency"])
CRISES = Counter("hotline_crises_total", "Texts that speak of death or danger, by kind", ["kind"])
RAISED = Counter(
    "hotline_urgency_raised_total",
    "Texts that the second look called more urgent than the rules",
    ["urgency"],
)
PHOTOS = Counter("hotline_photos_total", "Photos by what became of them", ["outcome"])
TURNS = Counter("hotline_turns_total", "Turns by how they were answered", ["by"])
TURN_SECONDS = Histogram("hotline_turn_seconds", "Time from stored to answered", buckets=SLOW)
DEAD = Counter("hotline_dead_letters_total", "Texts that failed too often")
TAKEN_OVER = Counter("hotline_turns_taken_over_total", "Turns taken over from a worker that died")
SENDS = Counter("hotline_sends_total", "Calls to the carrier", ["sender", "kind", "outcome"])
WAITED = Histogram("hotline_outbox_wait_seconds", "Time from queued to the call", ["kind"], buckets=SLOW)
RECONCILED = Counter("hotline_reconciled_total", "Unknown sends settled by the carrier's list", ["how"])
STATUS = Counter("hotline_status_callbacks_total", "Status callbacks by state", ["state"])
INCIDENTS = Counter("hotline_incidents_total", "Events of incidents", ["event"])
OPEN_INCIDENTS = Gauge("hotline_open_incidents", "Incidents not closed", multiprocess_mode="max")
UNGUARDED = Counter("hotline_incidents_without_next_step_total", "Repaired by the auditor")
DIALOGUE = Counter("hotline_dialogue_total", "Asked Rasa, by result", ["result"])
CANARY_SECONDS = Histogram(
    "hotline_canary_seconds", "Time from queued to seen by a phone of our own", buckets=SLOW
)
CANARY_ALARMS = Counter(
    "hotline_canary_alarms_total", "Texts that reached a phone of our own and were not sent by us", ["sender"]
)
CANARY_MISSING = Counter(
    "hotline_canary_missing_total", "Broadcasts that a phone of our own did not see in time"
)
BROADCAST_TROUBLES = Counter(
    "hotline_broadcast_troubles_total", "Broadcasts that could not go on, by kind of error", ["error"]
)
VERIFIED = Counter("hotline_verified_total", "VERIFY by whether the number was one of ours", ["answer"])

"""Redis: its keys, atomic commits to it, and the connection."""

from hotline.store import keys
from hotline.store.commit import Commit, Conflict, Value
from hotline.store.connection import AWAY, INCIDENT_TTL, SCRIPTS, Store
from hotline.store.keys import DAY, KEYS, MINUTE, Key, Lifetime, registered

ANY_WORKER = keys.alive

__all__ = [
    "ANY_WORKER", "AWAY", "DAY", "INCIDENT_TTL", "KEYS", "MINUTE", "SCRIPTS", "Commit", "Conflict", "Key",
    "Lifetime", "Store", "Value", "keys", "registered",
]  # fmt: skip

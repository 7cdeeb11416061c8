"""Redis: its keys, atomic commits to it, and the connection."""

from hotline.store import keys
from hotline.store.commit import Commit, Conflict, Value
from hotline.store.connection import AWAY, INCIDENT_TTL, SCRIPTS, Store
from hotline.store.register import DAY, KEYS, MINUTE, Entry, Key, Lifetime, registered, tagged

__all__ = [
    "AWAY", "DAY", "INCIDENT_TTL", "KEYS", "MINUTE", "SCRIPTS", "Commit", "Conflict", "Entry", "Key",
    "Lifetime", "Store", "Value", "keys", "registered", "tagged",
]  # fmt: skip

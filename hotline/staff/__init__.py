"""Responders and organizers: who they are, what they speak, when they are on call."""

from typing import Final

REPORTER: Final = "reporter"  # who reads a text without being of the staff; neither is ever a handle
PARTNER: Final = "partner"

"""Texts in and out: inbox, outbox, people, segments, and the carrier behind a port."""

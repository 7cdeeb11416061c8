"""Texts in and out: inbox, outbox, contacts, and the carrier behind a port."""

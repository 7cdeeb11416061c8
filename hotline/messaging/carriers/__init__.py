"""Carriers: Twilio, and its pictures."""

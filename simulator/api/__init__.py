"""Twilio's Messages API."""

"""Urgent reports: incidents, who is on call, escalation, and questions for a person."""

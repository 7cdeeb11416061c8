"""What is said to whom: keywords, staff commands, relay, triage, then Rasa."""

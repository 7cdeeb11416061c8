"""The engine of the rules in `content/triage`."""

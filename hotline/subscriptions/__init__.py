"""People who asked for alerts, and the consent they gave."""

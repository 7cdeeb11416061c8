"""`/console`: the board and the alerts, behind a password. Handles and places; no number, no pseudonym."""

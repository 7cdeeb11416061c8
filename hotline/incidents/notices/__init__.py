"""The texts that a transition of an incident has to send: words, readers, and what to do when one fails."""

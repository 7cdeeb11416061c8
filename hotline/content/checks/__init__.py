"""What must hold before a text may be sent to a frightened person."""

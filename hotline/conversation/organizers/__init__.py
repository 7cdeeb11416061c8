"""What organizers may text."""

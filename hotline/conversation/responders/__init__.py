"""What responders may text."""

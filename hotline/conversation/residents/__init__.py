"""What residents may text."""

"""Whether a report must be paged now: a second look beside the rules."""

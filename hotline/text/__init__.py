"""Text as such: spelling, patterns, segments. Knows nothing of the line."""

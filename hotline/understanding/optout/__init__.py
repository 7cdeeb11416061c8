"""The wish to get no more texts: rules, and a second look."""

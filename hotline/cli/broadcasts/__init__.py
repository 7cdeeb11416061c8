"""`hotline broadcast`."""

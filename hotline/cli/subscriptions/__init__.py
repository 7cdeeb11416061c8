"""`hotline subscribers`."""

"""`hotline text`, `classify`, `explain`, `evaluate`."""

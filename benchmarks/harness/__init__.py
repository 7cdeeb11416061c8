"""What the measurements share: processes, load, figures, tables."""

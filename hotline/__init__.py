"""Santuario: the service behind the text line. Knows no web framework."""

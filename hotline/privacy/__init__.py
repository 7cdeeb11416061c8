"""Pseudonyms, encryption at rest, masking and lifetimes."""

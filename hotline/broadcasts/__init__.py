"""One text to many who asked for it: draft, approval, delivery through the same outbox."""

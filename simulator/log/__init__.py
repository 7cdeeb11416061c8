"""Every message, kept on disk before anybody is told of it."""

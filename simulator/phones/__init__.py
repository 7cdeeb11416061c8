"""The phones page, and the API for scripts that play the people."""

"""An approved broadcast on its way, and what can stop it."""

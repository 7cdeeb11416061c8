"""What a text means. Pure: no Redis, nothing is sent."""

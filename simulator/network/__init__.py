"""Messages on their way, and what can befall them."""

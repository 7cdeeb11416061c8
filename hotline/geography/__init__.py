"""Where: the streets, landmarks and zones of a city, as people write them."""

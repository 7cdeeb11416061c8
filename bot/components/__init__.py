"""Parts of the assistant's graph that are ours; config.yml names them."""

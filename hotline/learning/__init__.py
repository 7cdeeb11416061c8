"""How well the line understands, measured."""

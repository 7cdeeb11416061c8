"""The assistant's own environment: training, serving and custom components for Rasa (Python 3.10)."""

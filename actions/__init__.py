"""What the assistant does once Rasa has understood: one file for each goal a resident may have."""

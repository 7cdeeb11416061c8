"""What a transition of an incident owes people, and the texts it becomes."""

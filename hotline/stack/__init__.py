"""Running the parts together on one machine: embedded Redis, the table of processes, their supervisor."""

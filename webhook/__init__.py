"""The door: Twilio's routes, health and console. FastAPI lives here and nowhere else."""

"""What people work on beside incidents: questions, crises, broken ordinance."""

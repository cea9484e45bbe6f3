"""What is wrong now, and what was."""

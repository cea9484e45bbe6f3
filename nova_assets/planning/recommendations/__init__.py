"""What to do about each item, and why."""

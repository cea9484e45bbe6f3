"""What to do about each item, and what came of it."""

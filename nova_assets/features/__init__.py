"""Features: what models and planners know of an item's demand."""

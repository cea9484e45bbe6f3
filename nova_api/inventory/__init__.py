"""Stock over time."""

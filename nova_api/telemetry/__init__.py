"""What the API tells of itself: logs, figures, traces."""

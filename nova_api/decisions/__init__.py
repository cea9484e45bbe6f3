"""What planners write: decisions about proposals, and about alerts."""

"""What kind of demand items have."""

"""What was asked of purchasing."""

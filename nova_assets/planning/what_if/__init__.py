"""What other service levels would have done over the past."""

"""What becomes of the stock, day by day."""

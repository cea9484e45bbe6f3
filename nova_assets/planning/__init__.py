"""What to order, how much, when and why: out of demand, stock and open orders."""

"""When to order and how much: the policy of each item and place."""

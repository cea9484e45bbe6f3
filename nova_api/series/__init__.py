"""Demand of one item over time."""

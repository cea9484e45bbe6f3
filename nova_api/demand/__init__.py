"""Demand of many items."""

"""Forecasts of one item."""

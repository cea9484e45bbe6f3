"""Figures of the whole operation."""

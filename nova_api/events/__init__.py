"""Versions of the datasets as they move, for pages that are open."""

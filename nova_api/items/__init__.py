"""The catalogue of items and one item in detail."""

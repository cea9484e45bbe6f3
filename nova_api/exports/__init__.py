"""Whole listings as files, streamed in memory that does not grow with them."""

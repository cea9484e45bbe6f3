"""Answers kept in memory and in Redis, never older than the data they were made from."""

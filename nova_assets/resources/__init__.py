"""Dagster resources: the warehouse and the lake."""

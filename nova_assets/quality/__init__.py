"""Data quality: what publications counted and checked, as a table and as a page in Dagster."""

"""The invented world behind the demo workbook: what is bought, where, from whom, and how badly it is typed."""

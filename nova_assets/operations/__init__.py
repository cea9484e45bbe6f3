"""Running Nova for years: loads that start by themselves, ranges that failed, housekeeping of both databases."""

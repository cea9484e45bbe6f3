"""Policies, what service costs, and what stock will do."""

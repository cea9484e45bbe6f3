"""Dimensions and facts of the company."""

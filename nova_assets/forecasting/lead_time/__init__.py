"""Demand over the lead time: the distribution from which reorder points are read.

The quantiles of single weeks cannot be added up; here each model gives the quantiles of the sum of several weeks.
"""

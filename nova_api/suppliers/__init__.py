"""Suppliers and how they perform."""

"""Accounts: who may use the API."""

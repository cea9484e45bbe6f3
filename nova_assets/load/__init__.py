"""Brings tables of the lake into PostgreSQL."""

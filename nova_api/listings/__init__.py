"""Listings: what one declaration of rows, filters and orders makes of an address."""

"""Extracts of an ERP that is read by SQL: the queries are in `sql/erp/<system>/`, one per canonical extract."""

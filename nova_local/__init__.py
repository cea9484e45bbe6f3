"""The embedded default: PostgreSQL, a Redis-compatible cache and a demo ERP on this machine, and the `nova` command."""

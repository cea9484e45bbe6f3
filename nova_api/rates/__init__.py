"""How often may be asked: rates that all processes share."""

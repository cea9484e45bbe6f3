"""Which version of which table is served, and how old it is."""

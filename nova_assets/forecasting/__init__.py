"""Forecasts of demand: models, their ensemble, its proof, and the lead times it is summed over."""

import os

# Read when Arrow is first loaded: its own allocator keeps what the largest part of a portfolio took, 50 to 100 MB.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

"""The Dagster code of Nova: what is computed, from what, when."""

import warnings

# Dagster is pinned, and a test materializes with each of the beta features in use (backfill policies, partition mappings
# beyond the first and last key): the warning at every start would only hide others.
warnings.filterwarnings("ignore", message=r".* is currently in (beta|preview)")

"""The Dagster code of Nova: what is computed, from what, when."""

import warnings

# Dagster is pinned, and tests materialize with each of the beta features in use (backfill policies, partition mappings
# beyond the first and last key): their warnings at every start would only hide others.
warnings.filterwarnings("ignore", message=r".* is currently in (beta|preview)")

"""Assets that read sources: one folder per source."""

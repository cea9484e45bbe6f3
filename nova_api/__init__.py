"""Nova's read API: what is served, to whom, how fresh. It imports nothing of the pipeline."""

"""Places that material is requested for or kept in."""

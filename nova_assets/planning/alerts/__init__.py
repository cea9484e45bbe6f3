"""What needs somebody's eyes."""

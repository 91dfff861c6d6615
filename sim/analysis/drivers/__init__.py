"""What drives a result."""

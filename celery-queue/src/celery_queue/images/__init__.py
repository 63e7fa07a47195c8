"""What came from a source: what it is, whether it is taken, and what is made of it."""

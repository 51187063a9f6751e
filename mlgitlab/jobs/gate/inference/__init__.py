"""How fast a model answers beside the one in production, and how much memory that takes."""

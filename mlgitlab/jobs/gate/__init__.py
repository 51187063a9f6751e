"""What judges a model: predictions on the same rows, rules, and a verdict that belongs to exactly one model."""

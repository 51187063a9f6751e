"""Training configurations, met where they are: Python models that describe them, and Hydra that composes them."""

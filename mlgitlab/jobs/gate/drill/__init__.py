"""The gates tried: each is shown a model that it must not pass."""

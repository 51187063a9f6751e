"""What project files say, and all of them together."""

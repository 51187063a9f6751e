"""What the repository's own project files say about modules: where they lie, and which commands start them."""

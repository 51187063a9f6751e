"""Training configurations of the project's own, held against the schema that they are to follow."""

"""`mlgitlab.yml`: its types, how it is read, and what a schema for editors says about it."""

"""`mlgitlab model`: a module for each subcommand, and what they share."""

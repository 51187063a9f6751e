"""`mlgitlab deploy`: a module for each subcommand, and what they share."""

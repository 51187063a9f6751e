"""`mlgitlab gate`: a module for each subcommand, and what they share."""

"""`mlgitlab approve`, and `mlgitlab approval` with a module for each subcommand."""

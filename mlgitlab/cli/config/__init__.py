"""`mlgitlab config`: the effective configuration, and checks of the project's own configurations."""

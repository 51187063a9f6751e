"""GPU runners, decided from values: what a machine has, what GitLab is told of it, what config.toml says."""

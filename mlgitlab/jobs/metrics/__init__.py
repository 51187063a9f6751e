"""Numbers that a training or an evaluation writes: read from files, reported to GitLab, compared, drawn."""

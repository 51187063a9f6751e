"""From a plan to the YAML that GitLab runs: its nouns, its rules and its limits. Pure."""

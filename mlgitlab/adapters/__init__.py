"""The world: git, GitLab, the disk. Adapters touch and decide nothing."""

"""Git, asked through GitPython: history, differences and trees of one repository."""

from mlgitlab.adapters.git.repository import GitRepository, open_repository

__all__ = ["GitRepository", "open_repository"]

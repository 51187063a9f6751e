from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from mlgitlab.adapters.git import GitRepository, open_repository
from tests.repositories import ISOLATED, Repo

if TYPE_CHECKING:
    from pathlib import Path


class Opener(Protocol):
    def __call__(self, repo: Repo, *, ci: bool = False, seconds: float = 0.0) -> GitRepository:
        """Open as a laptop does, or as a CI job with time to fetch."""
        ...


@pytest.fixture(autouse=True)
def nobodys_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ISOLATED.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo.create(tmp_path / "repo")


@pytest.fixture
def reports() -> list[str]:
    """What the adapter reported, line by line."""
    return []


@pytest.fixture
def opened(reports: list[str]) -> Opener:
    def opener(repo: Repo, *, ci: bool = False, seconds: float = 0.0) -> GitRepository:
        return open_repository(str(repo.folder), trusted=ci, fetch_seconds=seconds, report=reports.append)

    return opener

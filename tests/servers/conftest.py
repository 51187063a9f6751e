"""Servers that live as long as the test session, and accounts on them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.account import Account
from tests.servers.kinds import KINDS, serving
from tests.servers.radosgw import Cluster


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with serving("moto", tmp_path_factory.mktemp("moto")) as account:
        yield account


@pytest.fixture(scope="session")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with serving("swift", tmp_path_factory.mktemp("swift")) as account:
        yield account


@pytest.fixture(scope="session")
def radosgw_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("radosgw")


@pytest.fixture(scope="session")
def radosgw(radosgw_folder: Path) -> Iterator[Account]:
    with serving("radosgw", radosgw_folder) as account:
        yield account


@pytest.fixture(scope="session")
def cluster(radosgw: Account, radosgw_folder: Path) -> Cluster:
    """The server's own administration, for users and roles."""
    return Cluster(folder=radosgw_folder, account=radosgw)


@pytest.fixture(params=KINDS)
def account(request: pytest.FixtureRequest) -> Account:
    """Each server in turn."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Account)
    return found

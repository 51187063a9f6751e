"""moto: AWS's answers from memory. It checks no digests and no signatures."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.account import Account
from tests.servers.certificates import Certificates
from tests.servers.daemons import daemon, free_ports, wait_for


@contextmanager
def serving(folder: Path, tls: Certificates | None = None) -> Iterator[Account]:
    """A moto server in a process of its own."""
    (port,) = free_ports(1)
    log = folder / "moto.log"
    secure: list[str | Path] = ["-c", tls.certificate, "-k", tls.key] if tls else []
    with daemon([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port), *secure], log):
        wait_for(port, log)
        yield Account(endpoint=f"{'https' if tls else 'http'}://127.0.0.1:{port}", key="AKTEST", secret="SKTEST")

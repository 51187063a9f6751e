"""OpenStack Swift with its S3 API: a real server from the package index, in an environment of its own."""

from __future__ import annotations

import getpass
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.servers.account import Account
from tests.servers.daemons import daemon, free_ports, wait_for

BIN = Path(__file__).parents[2] / ".venv-servers" / "bin"
FILTERS = (
    "catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes"
    " symlink"
)

_HASHES = """\
[swift-hash]
swift_hash_path_prefix = tests
swift_hash_path_suffix = tests
[storage-policy:0]
name = one
default = yes
"""
_DEFAULT = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = {workers}
devices = {folder}/srv
swift_dir = {folder}
mount_check = false
user = {user}
log_udp_host = 127.0.0.1
log_udp_port = {nowhere}
recon_cache_path = {folder}/cache
"""
_STORAGE = """\
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""
_PROXY = """\
[pipeline:main]
pipeline = {filters} proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
"""
_OPTIONS = {
    "cache": {"memcache_servers": "127.0.0.1:{nowhere}"},
    "s3api": {"location": "us-east-1", "s3_acl": "false", "allow_multipart_uploads": "true"},
    "tempauth": {"user_ml_ci": "SKTEST .admin"},
    "versioned_writes": {"allow_versioned_writes": "true", "allow_object_versioning": "true"},
}


def missing() -> str:
    """Why Swift cannot be started here; empty where it can."""
    return "" if (BIN / "swift-proxy-server").exists() else "Swift is not installed: make servers"


@contextmanager
def serving(folder: Path) -> Iterator[Account]:
    """One proxy, one account, one container and one object server with one device."""
    (folder / "srv/d1").mkdir(parents=True)
    (folder / "cache").mkdir()
    *ports, proxy, nowhere = free_ports(5)
    (folder / "swift.conf").write_text(_HASHES)
    names = dict(zip(("account", "container", "object"), ports, strict=True))
    # -P: this module's neighbours must not stand in for the packages of the same names.
    rings: list[str | Path] = [
        BIN / "python",
        "-P",
        Path(__file__).with_name("swift_rings.py"),
        folder,
        *map(str, ports),
    ]
    subprocess.run(rings, check=True)
    for name, port in names.items():
        text = _DEFAULT + _STORAGE
        _configure(folder, name, text.format(name=name, port=port, **_common(folder, nowhere, workers=0)))
    text = (_DEFAULT + _PROXY).format(port=proxy, filters=FILTERS, **_common(folder, nowhere, workers=0))
    _configure(folder, "proxy", text + "".join(_filter(name, nowhere) for name in FILTERS.split()))
    with ExitStack() as stack:
        for name in (*names, "proxy"):
            log = folder / f"{name}.log"
            stack.enter_context(daemon([BIN / f"swift-{name}-server", folder / f"{name}.conf"], log))
        for name, port in {**names, "proxy": proxy}.items():
            wait_for(port, folder / f"{name}.log")
        yield Account(endpoint=f"http://127.0.0.1:{proxy}", key="ml:ci", secret="SKTEST")


def _common(folder: Path, nowhere: int, workers: int) -> dict[str, object]:
    return {"folder": folder, "user": getpass.getuser(), "nowhere": nowhere, "workers": workers}


def _filter(name: str, nowhere: int) -> str:
    options = {"use": f"egg:swift#{'memcache' if name == 'cache' else name}", **_OPTIONS.get(name, {})}
    lines = "".join(f"{key} = {value.format(nowhere=nowhere)}\n" for key, value in options.items())
    return f"[filter:{name}]\n{lines}"


def _configure(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.conf").write_text(text)

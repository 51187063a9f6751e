"""Ceph's radosgw with one monitor and one object store in memory: a real S3 and a real STS."""

from __future__ import annotations

import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.account import Account
from tests.servers.daemons import daemon, free_ports, wait_for

PROGRAMS = ("radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "ceph", "ceph-authtool", "monmaptool")

_CONF = """\
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{v2}/0,v1:127.0.0.1:{v1}/0]
public addr = 127.0.0.1
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 0
osd crush chooseleaf type = 0
run dir = {folder}/run
admin socket = {folder}/run/$cluster-$name.asok
log file = {folder}/log/$name.log
keyring = {folder}/keyring
osd objectstore = memstore
memstore device bytes = 4294967296
[mon.a]
mon data = {folder}/mon
[osd.0]
osd data = {folder}/osd
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{port}
rgw sts key = abcdefghijklmnop
rgw s3 auth use sts = true
rgw data = {folder}/rgw
rgw init timeout = 60
"""
_KEYS = {
    "mon.": ["mon", "allow *"],
    "client.admin": ["mon", "allow *", "osd", "allow *", "mgr", "allow *"],
    "osd.0": ["mon", "allow profile osd", "osd", "allow *"],
    "client.rgw": ["mon", "allow *", "osd", "allow *"],
}


def missing() -> str:
    """Why radosgw cannot be started here; empty where it can."""
    absent = [name for name in PROGRAMS if not shutil.which(name)]
    return f"{', '.join(absent)} not installed: apt-get install radosgw ceph-mon ceph-osd" if absent else ""


@contextmanager
def serving(folder: Path) -> Iterator[Account]:
    """A cluster of one, started step by step; cephx stays on, since radosgw does not connect without it."""
    for name in ("mon", "osd", "rgw", "run", "log"):
        (folder / name).mkdir(parents=True)
    v1, v2, port = free_ports(3)
    names = {"fsid": str(uuid.uuid4()), "v1": v1, "v2": v2, "port": port, "folder": folder}
    (folder / "ceph.conf").write_text(_CONF.format(**names))
    _prepare_monitor(folder, str(names["fsid"]), v1, v2)
    with ExitStack() as stack:
        stack.enter_context(_started(folder, "ceph-mon", "-i", "a"))
        osd = str(uuid.uuid4())
        _run(folder, "ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd)
        _run(folder, "ceph", "--connect-timeout", "60", "osd", "new", osd)
        stack.enter_context(_started(folder, "ceph-osd", "-i", "0"))
        stack.enter_context(_started(folder, "radosgw", "-n", "client.rgw"))
        wait_for(port, folder / "radosgw.out")
        account = Account(endpoint=f"http://127.0.0.1:{port}", key="AKTEST", secret="SKTEST")
        user = ["--uid=ci", "--display-name=ci", f"--access-key={account.key}", f"--secret={account.secret}"]
        _run(folder, "radosgw-admin", "user", "create", *user, "--caps=roles=*;oidc-provider=*")
        yield account


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A running radosgw, and what its operator may do."""

    folder: Path
    account: Account

    def admin(self, *words: str) -> str:
        """What `radosgw-admin` says."""
        return _run(self.folder, "radosgw-admin", *words)


def _prepare_monitor(folder: Path, fsid: str, v1: int, v2: int) -> None:
    keyring = folder / "keyring"
    for number, (name, grants) in enumerate(_KEYS.items()):
        pairs = zip(grants[::2], grants[1::2], strict=True)
        caps = [word for area, grant in pairs for word in ("--cap", area, grant)]
        create = ["--create-keyring"] if number == 0 else []
        _run(folder, "ceph-authtool", str(keyring), *create, "--gen-key", "-n", name, *caps)
    shutil.copy(keyring, folder / "mon.keyring")
    address = f"[v2:127.0.0.1:{v2},v1:127.0.0.1:{v1}]"
    _run(folder, "monmaptool", "--create", "--fsid", fsid, "--addv", "a", address, str(folder / "monmap"))
    given = ["--monmap", str(folder / "monmap"), "--keyring", str(folder / "mon.keyring")]
    _run(folder, "ceph-mon", "-i", "a", "--mkfs", *given)


def _started(folder: Path, program: str, *words: str) -> AbstractContextManager[None]:
    return daemon([program, "-c", folder / "ceph.conf", *words, "-f"], folder / f"{program}.out")


def _run(folder: Path, program: str, *words: str) -> str:
    config = [] if program in ("ceph-authtool", "monmaptool") else ["-c", str(folder / "ceph.conf")]
    done = subprocess.run([program, *config, *words], capture_output=True, check=False, text=True, timeout=120)
    if done.returncode:
        raise RuntimeError(f"{program} {' '.join(words)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout

"""How fast models travel: S3 beside the aws CLI on the same server, a folder beside `cp` and `sha256sum`.

    python -m benchmarks.store [--mib N] [--runs N] [--server swift|moto|radosgw] [--aws AWS] [--keep DIR]

All commands are whole processes, run in turns in one session. Each push finds a store without models, each pull an
empty folder. The aws CLI compares no digests; mlgitlab hashes what it sends and what it receives.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.processes import Command, Timing, timed
from tests.servers.account import Account
from tests.servers.kinds import KINDS, missing, serving

MIB = 1024 * 1024
MLGITLAB = (sys.executable, "-m", "mlgitlab")
# The CLI's defaults send checksums that some servers do not know; mlgitlab leaves them out there as well.
PLAIN = {"AWS_REQUEST_CHECKSUM_CALCULATION": "when_required", "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required"}
REGION = {"AWS_DEFAULT_REGION": "us-east-1"}


def main(argv: Sequence[str]) -> int:
    """Print one table for each place."""
    options = _options(argv)
    with _folder(options.keep) as folder:
        source = folder / "project" / "model" / "weights.bin"
        _write(source, options.mib)
        _show("a folder", _beside_cp(folder, source), options)
        with serving(options.server, folder / "server") as account:
            environ = {**account.environ(), **PLAIN, **REGION}
            commands = _beside_aws(folder, source, account, options.aws)
            _show(f"S3 on {options.server}", commands, options, environ)
    return 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.store", description="Time pushes and pulls of one large file.")
    parser.add_argument("--mib", type=int, default=512, help="size of the file")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--server", choices=KINDS, default="moto" if missing("swift") else "swift")
    parser.add_argument("--aws", default=_aws(), help="the aws CLI's executable")
    parser.add_argument("--keep", type=Path, help="where files are written; removed at the end if not given")
    options = parser.parse_args(argv)
    if not options.aws:
        parser.error("the aws CLI is not installed: pip install awscli, or name it with --aws")
    return options


def _aws() -> str:
    beside = Path(sys.executable).with_name("aws")
    return str(beside) if beside.exists() else shutil.which("aws") or ""


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    folder = keep.resolve() if keep else Path(tempfile.mkdtemp(prefix="mlgitlab-bench-"))
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _write(path: Path, mib: int) -> None:
    """Bytes that nothing can compress."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream, Path("/dev/urandom").open("rb") as noise:
        for _ in range(mib):
            stream.write(noise.read(MIB))


def _beside_cp(folder: Path, source: Path) -> Mapping[str, Command]:
    """A push and a pull write the bytes once and hash them once: so do cp and sha256sum."""
    store, target, copy = folder / "store", folder / "pulled", folder / "copy.bin"
    url = f"file://{store}"
    digest = _pushed(folder, source, url)
    copied = Command(words=("sh", "-c", f"cp {source} {copy} && sha256sum {copy}"), before=_gone(copy))
    return {
        "cp + sha256sum": copied,
        "mlgitlab model push": Command(words=_push(source, url), folder=folder / "project", before=_gone(store)),
        "mlgitlab model pull": Command(
            words=_pull(digest, target, url),
            folder=folder / "project",
            before=lambda: (_gone(target)(), store.exists() or _pushed(folder, source, url)),
        ),
    }


def _beside_aws(folder: Path, source: Path, account: Account, aws: str) -> Mapping[str, Command]:
    """The same file up and down; what was sent is removed before it is sent again."""
    name = account.new_bucket()
    target, copy = folder / "fetched", folder / "fetched.bin"
    url, plain = f"s3://{name}/store", f"s3://{name}/copy.bin"
    at = ("--endpoint-url", account.endpoint)
    cp = (aws, "s3", "cp", "--only-show-errors", *at)
    digest = _pushed(folder, source, url, at, account.environ())
    return {
        "aws s3 cp, up": Command(words=(*cp, str(source), plain), before=_emptied(account, name, "copy.bin")),
        "mlgitlab model push": Command(
            words=(*_push(source, url), *at),
            folder=folder / "project",
            before=_emptied(account, name, "store/blobs/", "store/models/"),
        ),
        "aws s3 cp, down": Command(words=(*cp, plain, str(copy)), before=_gone(copy)),
        "mlgitlab model pull": Command(
            words=(*_pull(digest, target, url), *at), folder=folder / "project", before=_gone(target)
        ),
    }


def _push(source: Path, url: str) -> tuple[str, ...]:
    return (*MLGITLAB, "model", "push", "bench", str(source), "--store", url)


def _pull(digest: str, target: Path, url: str) -> tuple[str, ...]:
    return (*MLGITLAB, "model", "pull", f"bench@{digest}", "--into", str(target), "--store", url)


def _pushed(
    folder: Path, source: Path, url: str, more: Sequence[str] = (), environ: Mapping[str, str] | None = None
) -> str:
    """The digest of the model, once the store holds it."""
    words = [*_push(source, url), *more, "--json"]
    done = subprocess.run(words, cwd=folder / "project", env=environ, check=True, capture_output=True, text=True)
    return str(json.loads(done.stdout)["digest"])


def _gone(path: Path) -> Callable[[], object]:
    return lambda: shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _emptied(account: Account, name: str, *prefixes: str) -> Callable[[], object]:
    def empty() -> None:
        client = account.client()
        for prefix in prefixes:
            for page in client.get_paginator("list_objects_v2").paginate(Bucket=name, Prefix=prefix):
                for found in page.get("Contents", []):
                    client.delete_object(Bucket=name, Key=found["Key"])

    return empty


def _show(
    title: str, commands: Mapping[str, Command], options: argparse.Namespace, environ: Mapping[str, str] | None = None
) -> None:
    timings = timed(commands, options.runs, {"NO_COLOR": "1", **(environ or {})})
    print(f"\n## {title}: {options.mib} MiB, medians of {options.runs} runs\n", flush=True)
    print("\n".join(_table(timings, options.mib)), flush=True)


def _table(timings: Mapping[str, Timing], mib: int) -> Iterator[str]:
    """Each command of mlgitlab's beside the last other one above it."""
    yield "| | s | MiB/s | CPU s | peak MiB | beside the other |"
    yield "|---|--:|--:|--:|--:|--:|"
    other = 0.0
    for name, timing in timings.items():
        ours = name.startswith("mlgitlab")
        other = other if ours else timing.wall
        ratio = f"{timing.wall / other:.2f}" if ours else ""
        cells = (f"{timing.wall:.2f}", f"{mib / timing.wall:.0f}", f"{timing.cpu:.2f}", f"{timing.peak / MIB:.0f}")
        yield f"| {name} | {' | '.join(cells)} | {ratio} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

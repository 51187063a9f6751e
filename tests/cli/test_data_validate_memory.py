"""Memory of a validation does not follow the size of the data."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCHEMA = """\
columns:
  id: {dtype: int64, unique: true}
  amount: {dtype: float64, ge: 0}
  note: {dtype: string, str_length: {max_value: 80}}
"""
RUN = """
import resource, sys
from mlgitlab.cli.main import main
code = main(sys.argv[1:])
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
sys.exit(code)
"""
MIB = 1 << 20


def _table(path: Path, size: int) -> None:
    rows = "".join(
        f"@{n:05d},{n % 97}.25,some text that takes its room in each of the rows {n % 11}\n" for n in range(20_000)
    )
    with path.open("w") as stream:
        stream.write("id,amount,note\n")
        for block in range(1, size // len(rows) + 2):
            stream.write(rows.replace("@", str(block)))
    assert path.stat().st_size >= size


def _peak(folder: Path) -> int:
    """The most memory of the process, in KiB."""
    argv = ["data", "validate", "table.csv", "--schema", "schema.yml"]
    done = subprocess.run([sys.executable, "-c", RUN, *argv], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return int(done.stdout.rpartition("peak ")[2])


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in KiB on Linux alone")
def test_much_more_data_takes_little_more_memory(tmp_path: Path) -> None:
    """180 MiB more on disk: whoever kept them would need as much again at the least.

    The smaller table is large enough for the libraries' allocators to have taken what they keep.
    """
    (tmp_path / "schema.yml").write_text(SCHEMA)
    _table(tmp_path / "table.csv", 120 * MIB)
    smaller = _peak(tmp_path)
    _table(tmp_path / "table.csv", 300 * MIB)
    assert _peak(tmp_path) - smaller < 90 * 1024

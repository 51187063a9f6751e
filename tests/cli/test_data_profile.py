from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.commands import mlgitlab
from tests.repositories import Repo

ROWS = 2000
# Within one process: what it takes to profile a file, beyond what the libraries take.
_MEASURE = """
import resource, sys
from mlgitlab.cli.main import main
code = main(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)
raise SystemExit(code)
"""


def rows(shift: int = 0) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "amount": [float((index * 37) % 1000) + shift for index in range(ROWS)],
            "kind": ["card", "cash", "wire", "card"] * (ROWS // 4),
            "name": [f"secret-{index}" for index in range(ROWS)],
        }
    )


def test_a_profile_a_drift_and_a_draft(tmp_path: Path) -> None:
    rows().write_csv(tmp_path / "then.csv")
    rows(500).write_parquet(tmp_path / "now.parquet")
    mlgitlab("data", "profile", "then.csv", "-o", "then.json", cwd=tmp_path)
    mlgitlab("data", "profile", "now.parquet", "-o", "now.json", cwd=tmp_path)
    found = mlgitlab("data", "diff", "then.json", "now.json", "--json", cwd=tmp_path, check=3).json
    outcomes = {each["column"]: each["outcome"] for each in found["columns"]}
    assert outcomes == {"amount": "fail", "kind": "pass", "name": "pass"}
    mlgitlab("data", "diff", "then.json", "then.json", cwd=tmp_path)
    mlgitlab("data", "infer", "then.csv", "-o", "then.yml", cwd=tmp_path)
    mlgitlab("data", "validate", "then.csv", "--schema", "then.yml", "--no-store", cwd=tmp_path)
    assert "fits" in mlgitlab("data", "diff", "then.yml", "then.json", cwd=tmp_path).out
    misfit = mlgitlab("data", "diff", "now.json", "then.yml", cwd=tmp_path, check=3).out
    assert "amount: the greatest value is 1499, and the limit 999" in misfit
    assert (
        "| amount | fail |"
        in mlgitlab("data", "diff", "then.json", "now.json", "--markdown", cwd=tmp_path, check=3).out
    )


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_a_draft_passes_validation_of_the_same_files(tmp_path: Path, suffix: str) -> None:
    frame = rows().with_columns(day=pl.date(2024, 1, 1), flag=pl.col("amount") > 5, gap=pl.lit(None, dtype=pl.Int64))
    (tmp_path / "d" / "region=eu").mkdir(parents=True)
    path = tmp_path / "d" / "region=eu" / f"x{suffix}"
    match suffix:
        case ".csv":
            frame.write_csv(path)
        case ".parquet":
            frame.write_parquet(path)
        case _:
            frame.write_ndjson(path)
    mlgitlab("data", "infer", "d", "-o", "s.yml", cwd=tmp_path)
    mlgitlab("data", "validate", "d", "--schema", "s.yml", "--no-store", cwd=tmp_path)
    assert (
        json.loads(mlgitlab("data", "infer", "d", "--json", cwd=tmp_path).out)["schema"]
        == (tmp_path / "s.yml").read_text()
    )


def test_sensitive_values_are_in_no_output(tmp_path: Path) -> None:
    rows().write_csv(tmp_path / "d.csv")
    (tmp_path / "mlgitlab.yml").write_text(
        "version: 1\ndatasets:\n  d:\n    path: d.csv\n    sensitive: [name, kind]\n"
    )
    mlgitlab("data", "profile", "d", "-o", "p.json", cwd=tmp_path)
    said = [
        mlgitlab("data", "profile", "d", cwd=tmp_path),
        mlgitlab("data", "profile", "d", "--json", cwd=tmp_path),
        mlgitlab("data", "infer", "d", cwd=tmp_path),
        mlgitlab("data", "diff", "p.json", "p.json", "--json", cwd=tmp_path),
    ]
    texts = [*(done.out + done.err for done in said), (tmp_path / "p.json").read_text()]
    assert not [text for text in texts if "secret" in text or "card" in text]
    everything = mlgitlab("data", "profile", "d", "--sensitive", "*", "--json", cwd=tmp_path).json
    assert not [each for each in everything["columns"] if "min" in each or "categories" in each]
    assert "nmae" in mlgitlab("data", "profile", "d", "--sensitive", "nmae", cwd=tmp_path, check=None).err


def test_hostile_names_do_nothing_to_a_terminal_or_a_page(tmp_path: Path) -> None:
    name = "\x1b[2J<script>|`x`\u202e"
    pl.DataFrame({name: [1, 2] * 600}).write_parquet(tmp_path / "a.parquet")
    pl.DataFrame({name: ["1", "2"] * 600}).write_parquet(tmp_path / "b.parquet")
    for side in "ab":
        done = mlgitlab("data", "profile", f"{side}.parquet", "-o", f"{side}.json", cwd=tmp_path)
        assert "\x1b" not in done.out + done.err + (tmp_path / f"{side}.json").read_text()
    told = [
        mlgitlab("data", "diff", "a.json", "b.json", *more, cwd=tmp_path, check=3).out
        for more in ([], ["--json"], ["--markdown"])
    ]
    assert not [text for text in told if "\x1b" in text or "\u202e" in text]
    assert "<script>" not in told[2]


def test_the_versions_of_a_schema_in_two_commits(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "r")
    schema = "columns:\n  x:\n    dtype: Int64\n    checks: {ge: 1}\n"
    repo.commit("one", {"s.yml": schema})
    (repo.folder / "s.yml").write_text(schema.replace("ge: 1", "ge: 0"))
    found = mlgitlab("data", "diff", "HEAD:s.yml", "s.yml", "--json", cwd=repo.folder).json
    assert (found["backward_compatible"], found["forward_compatible"]) == (True, False)
    assert [change["what"] for change in found["changes"]] == ["least: 1 -> 0"]
    assert "no commit" in mlgitlab("data", "diff", "gone:s.yml", "s.yml", cwd=repo.folder, check=2).err
    assert "has no" in mlgitlab("data", "diff", "HEAD:t.yml", "s.yml", cwd=repo.folder, check=2).err


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        ("", 3, "d.csv: is empty"),
        ("a,b\n", 3, "d.csv holds no rows"),
        ("a,b\n1\n", 3, "d.csv:2: this row has 1 fields, the header 2"),
    ],
)
def test_data_that_cannot_be_profiled_says_why(tmp_path: Path, content: str, code: int, said: str) -> None:
    (tmp_path / "d.csv").write_text(content)
    assert said in mlgitlab("data", "profile", "d.csv", cwd=tmp_path, check=code).err
    assert not (tmp_path / "p.json").exists()


def test_what_is_neither_dataset_nor_file_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "mlgitlab.yml").write_text("version: 1\ndatasets:\n  fraud: data.csv\n")
    assert "fraud" in mlgitlab("data", "profile", "fruad", cwd=tmp_path, check=2).err
    (tmp_path / "x.json").write_text("{}")
    assert "is no profile" in mlgitlab("data", "diff", "x.json", "x.json", cwd=tmp_path, check=2).err


def peak(cwd: Path, *argv: str) -> int:
    """MiB of memory at the most."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, *argv], cwd=cwd, capture_output=True, text=True, check=True, timeout=600
    )
    return int(done.stderr.split()[-1])


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    block = rows().with_columns(noise=pl.Series([index * 0.1234567890123 for index in range(ROWS)]))
    lines = block.write_csv().partition("\n")[2]
    header = ",".join(block.columns) + "\n"
    sizes = {"small.csv": 1500, "large.csv": 4000}  # times 80 kB
    for name, times in sizes.items():
        with (tmp_path / name).open("w") as stream:
            stream.write(header)
            for _ in range(times):
                stream.write(lines)
    small, large = (peak(tmp_path, "data", "profile", name, "-o", "p.json") for name in sizes)
    grown = ((tmp_path / "large.csv").stat().st_size - (tmp_path / "small.csv").stat().st_size) >> 20
    assert grown > 150
    assert large - small < grown / 3
    assert json.loads((tmp_path / "p.json").read_text())["rows"] == ROWS * sizes["large.csv"]


def test_rows_are_not_taken_for_a_schema(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    done = mlgitlab("data", "diff", "a.csv", "a.csv", cwd=tmp_path, check=2)
    assert "make its profile first: mlgitlab data profile a.csv -o FILE.json" in done.err

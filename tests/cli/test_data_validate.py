"""`mlgitlab data validate` as a person and a job call it."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from mlgitlab.adapters.tables.summaries import measure
from mlgitlab.jobs.data.profile_json import to_json
from mlgitlab.jobs.data.profile_making import profile_of
from tests.commands import Done, mlgitlab
from tests.repositories import Repo
from tests.servers import moto
from tests.servers.account import Account

SCHEMA = "columns:\n  id: {dtype: int64, unique: true}\n  amount: {dtype: float64, ge: 0}\n  mail: {dtype: string}\n"
GOOD = "id,amount,mail\n" + "".join(f"{n},{n}.5,m{n}@example.org\n" for n in range(1, 21))
CONFIG = """\
version: 1
datasets:
  sales: {path: sales.csv, schema: schema.yml, sensitive: [mail], inputs: [prepare.py]}
"""


def _project(folder: Path, **files: str | bytes) -> Repo:
    """A repository with one dataset; names of files are written with `__` for a dot."""
    repo = Repo.create(folder)
    given = {name.replace("__", "."): content for name, content in files.items()}
    for name, content in {
        "mlgitlab.yml": CONFIG, "schema.yml": SCHEMA, "sales.csv": GOOD, "prepare.py": "print(1)\n", **given,
    }.items():  # fmt: skip
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "first")
    return repo


def _validate(folder: Path, *argv: str, code: int = 0, **environ: str) -> Done:
    return mlgitlab("data", "validate", *argv, cwd=folder, environ=environ, check=code)


def test_valid_data_is_counted_and_reported(tmp_path: Path) -> None:
    _project(tmp_path)
    done = _validate(tmp_path, "sales")
    assert "sales: valid: 2 value checks, 3 type checks, 6 presence checks on 20 rows" in done.out
    folder = tmp_path / ".mlgitlab/data/sales"
    names = ["codequality.json", "junit.xml", "metrics.txt", "report.html", "report.json"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert ET.parse(folder / "junit.xml").getroot()[0].attrib["failures"] == "0"
    assert json.loads((folder / "codequality.json").read_text()) == []
    assert 'data_rows{dataset="sales"} 20.0' in (folder / "metrics.txt").read_text().splitlines()


def test_reports_are_no_change_of_the_project(tmp_path: Path) -> None:
    repo = _project(tmp_path)
    _validate(tmp_path, "sales")
    assert repo.git("status", "--porcelain") == ""


def test_all_failures_are_said_at_once_and_hidden_values_nowhere(tmp_path: Path) -> None:
    bad = GOOD + "1,-5,secret-one@example.org\nx,oops,secret-two@example.org\n22,1,\n"
    _project(tmp_path, sales__csv=bad, mlgitlab__yml=CONFIG.replace("mail]", "mail, amount]"))
    done = _validate(tmp_path, "sales", code=3)
    for said in ("column `id`: 1 row not of type Int64", "column `id`: unique: 2 rows", "column `amount`: greater",
                 "column `mail`: not null: 1 row", "sales.csv row 22: x", "sales.csv row 21: ***"):  # fmt: skip
        assert said in done.out
    everything = done.out + done.err + "".join(path.read_text() for path in (tmp_path / ".mlgitlab").rglob("*.*"))
    assert not re.search("secret-|oops|-5", everything)


def test_the_same_facts_are_json(tmp_path: Path) -> None:
    _project(tmp_path, sales__csv=GOOD + "99,-1,x\n")
    (told,) = _validate(tmp_path, "--all", "--json", "--no-store", code=3).json
    written = json.loads((tmp_path / ".mlgitlab/data/sales/report.json").read_text())
    assert {key: told[key] for key in written} == written
    (failure,) = [each for each in told["checks"] if not each["passed"]]
    assert failure["samples"] == [{"file": "sales.csv", "row": 21, "values": {"amount": "-1"}}]


BROKEN = {
    "empty": (b"", "is empty"),
    "header": (b"id,amount,mail\n", "no rows"),
    "semicolons": (b"id;amount;mail\n1;2;x\n", "holds semicolons"),
    "column": (b"id,amount\n1,2\n", "column `mail`: the data has no such column"),
    "latin": (b"id,amount,mail\n1,2,caf\xe9\n", "latin.csv:2: is not UTF-8"),
    "ragged": (b"id,amount,mail\n1,2,a\n1,2,a,3\n", "ragged.csv:3: this row has 4 fields"),
}


def test_broken_data_is_no_crash_but_an_answer_with_reports(tmp_path: Path) -> None:
    datasets = "".join(f"  {name}: {{path: {name}.csv, schema: schema.yml}}\n" for name in BROKEN)
    _project(tmp_path, mlgitlab__yml=f"version: 1\ndatasets:\n{datasets}")
    for name, (content, _) in BROKEN.items():
        (tmp_path / f"{name}.csv").write_bytes(content)
    done = _validate(tmp_path, "--all", code=3)
    for name, (_, said) in BROKEN.items():
        assert f"{name}: not valid" in done.out
        assert said in done.out
        suite = ET.parse(tmp_path / f".mlgitlab/data/{name}/junit.xml").getroot()[0]
        assert int(suite.attrib["failures"]) >= 1


def test_a_truncated_parquet_file_is_an_answer(tmp_path: Path) -> None:
    pl.DataFrame({"id": range(999)}).write_parquet(tmp_path / "whole.parquet")
    content = (tmp_path / "whole.parquet").read_bytes()
    (tmp_path / "half.parquet").write_bytes(content[: len(content) // 2])
    (tmp_path / "s.yml").write_text("columns: {id: {dtype: int64, ge: 0}}")
    assert "999 rows" in _validate(tmp_path, "whole.parquet", "--schema", "s.yml").out
    assert "no whole Parquet file" in _validate(tmp_path, "half.parquet", "--schema", "s.yml", code=3).out


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("nothing",), "has no dataset 'nothing'"),
        ((), "which datasets?"),
        (("sales", "--schema", "missing.yml"), "cannot read the schema"),
        (("sales.csv", "other.csv", "--schema", "schema.yml"), "one path"),
        (("gone.csv", "--schema", "schema.yml"), "there is no file 'gone.csv'"),
        (("ftp://host/x.csv", "--schema", "schema.yml"), "cannot be read from ftp://"),
    ],
)
def test_what_is_asked_wrongly_is_a_usage_error(tmp_path: Path, argv: tuple[str, ...], said: str) -> None:
    _project(tmp_path)
    assert said in _validate(tmp_path, *argv, code=2).err


@pytest.mark.parametrize("variable", ["PANDERA_VALIDATION_ENABLED=False", "PANDERA_VALIDATION_DEPTH=SCHEMA_ONLY"])
def test_a_variable_that_switches_pandera_off_is_refused(tmp_path: Path, variable: str) -> None:
    _project(tmp_path, sales__csv=GOOD + "99,-1,x\n")
    name, _, value = variable.partition("=")
    assert name in _validate(tmp_path, "sales", code=2, **{name: value}).err


def test_a_schema_that_changes_pandera_itself_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n-1\n")
    (tmp_path / "s.py").write_text(
        "import pandera.polars as pa\npa.DataFrameSchema.validate = lambda self, frame, **_: frame\n"
        "s = pa.DataFrameSchema({'a': pa.Column(int, pa.Check.ge(0))})\n"
    )
    assert "nothing it says can be believed" in _validate(tmp_path, "a.csv", "--schema", "s.py:s", code=3).out


@pytest.mark.parametrize("level", ["pa.Column(int, pa.Check(check))}", "pa.Column(int)}, checks=pa.Check(check)"])
def test_what_a_check_raises_shows_no_hidden_value(tmp_path: Path, level: str) -> None:
    _project(
        tmp_path,
        mlgitlab__yml=CONFIG.replace("schema.yml", '"s.py:s"'),
        s__py="import pandera.polars as pa\n"
        "def check(data): raise ValueError(data.lazyframe.collect()['mail'][0])\n"
        f"s = pa.DataFrameSchema({{'id': {level})\n",
    )
    done = _validate(tmp_path, "sales", code=3)
    assert "the check itself failed: ValueError" in done.out
    assert "example.org" not in done.out + done.err


def test_an_error_that_nobody_expected_shows_no_hidden_value(tmp_path: Path) -> None:
    _project(
        tmp_path,
        mlgitlab__yml=CONFIG.replace("schema.yml", '"s.py:s"'),
        s__py="import pandera.polars as pa\n"
        "class Odd(pa.Column):\n    @property\n    def required(self): raise RuntimeError('me@example.org')\n"
        "    @required.setter\n    def required(self, value): pass\n"
        "s = pa.DataFrameSchema({'id': Odd(int)})\n",
    )
    done = _validate(tmp_path, "sales", code=1)
    assert "RuntimeError at s.py:4" in done.err
    assert "example.org" not in done.out + done.err


def test_a_pass_is_remembered_until_something_that_it_depends_on_changes(tmp_path: Path) -> None:
    repo = _project(tmp_path)
    assert "validated before" not in _validate(tmp_path, "sales", CI_PIPELINE_URL="https://gitlab.test/p/7").out
    first = (tmp_path / ".mlgitlab/data/sales/report.json").read_bytes()
    (tmp_path / ".mlgitlab/data/sales/report.json").unlink()
    assert "validated before by https://gitlab.test/p/7 at 20" in _validate(tmp_path, "sales").out
    assert (tmp_path / ".mlgitlab/data/sales/report.json").read_bytes() == first
    assert "validated before" not in _validate(tmp_path, "sales", "--again").out
    for file, content in {
        "prepare.py": "print(2)\n",
        "schema.yml": SCHEMA.replace("ge: 0", "ge: 0.1"),
        "sales.csv": GOOD + "77,1,x\n",
        "mlgitlab.yml": CONFIG.replace("[mail]", "[mail, amount]"),
    }.items():
        repo.write({file: content})
        assert "validated before" not in _validate(tmp_path, "sales").out, file
    assert "validated before" in _validate(tmp_path, "sales").out


def test_data_that_git_does_not_hold_is_remembered_by_its_content(tmp_path: Path) -> None:
    repo = _project(tmp_path)
    repo.git("rm", "-q", "--cached", "sales.csv")
    repo.write({".gitignore": "sales.csv\n"}).commit("the data lies elsewhere")
    assert "validated before" not in _validate(tmp_path, "sales").out
    assert "validated before" in _validate(tmp_path, "sales").out
    (tmp_path / "sales.csv").write_text(GOOD + "77,1,x\n")
    assert "validated before" not in _validate(tmp_path, "sales").out


def test_a_failure_is_never_remembered(tmp_path: Path) -> None:
    _project(tmp_path, sales__csv=GOOD + "99,-1,x\n")
    for _ in range(2):
        assert "not valid" in _validate(tmp_path, "sales", code=3).out
    assert not list((tmp_path / ".mlgitlab").rglob("facts/**/*.json"))


def test_without_a_store_that_answers_the_data_is_validated_and_that_is_said(tmp_path: Path) -> None:
    _project(tmp_path)
    (tmp_path / "file").write_text("")
    done = _validate(tmp_path, "sales", "--store", "s3://bucket/x", AWS_ENDPOINT_URL_S3="http://127.0.0.1:9",
                     AWS_ACCESS_KEY_ID="k", AWS_SECRET_ACCESS_KEY="s", AWS_MAX_ATTEMPTS="1",
                     AWS_EC2_METADATA_DISABLED="true")  # fmt: skip
    assert "sales: valid" in done.out
    assert "the store was not asked" in done.err


def _profiled(frame: pl.DataFrame) -> bytes:
    counted = measure([frame])
    return to_json(profile_of(counted.result(), counted.rows))


def test_a_column_that_moved_is_a_failure_like_another(tmp_path: Path) -> None:
    rows = 2000
    frame = pl.DataFrame({"id": range(rows), "amount": [n % 50 + 0.5 for n in range(rows)], "mail": ["x"] * rows})
    drift = "drift: {profile: base.json, columns: [amount]}, inputs"
    _project(
        tmp_path,
        mlgitlab__yml=CONFIG.replace("inputs", drift),
        sales__csv=frame.write_csv(),
        base__json=_profiled(frame),
    )
    assert "1 drift check" in _validate(tmp_path, "sales").out
    (tmp_path / "sales.csv").write_text(frame.with_columns(pl.col("amount") + 30).write_csv())
    done = _validate(tmp_path, "sales", code=3)
    assert "column `amount`: distribution as in the baseline: the distribution moved: PSI" in done.out


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with moto.serving(tmp_path_factory.mktemp("moto")) as account:
        yield account


@pytest.mark.parametrize("path", ["data/all.csv", "data/day=1/", "data/day=*/*.csv"])
def test_objects_of_a_bucket_are_fetched_one_by_one(tmp_path: Path, server: Account, path: str) -> None:
    bucket = server.new_bucket()
    client = server.client()
    lines = GOOD.splitlines(keepends=True)
    for key, body in {
        "data/all.csv": GOOD + "99,-1,x\n",
        "data/day=1/one.csv": "".join(lines[:11]),
        "data/day=1/two.csv": "".join([lines[0], *lines[11:], "99,-1,x\n"]),
        "data/day=1/_SUCCESS": "",
    }.items():
        client.put_object(Bucket=bucket, Key=key, Body=body.encode())
    (tmp_path / "schema.yml").write_text(SCHEMA)
    environ = {**server.environ(), "AWS_ENDPOINT_URL_S3": server.endpoint, "AWS_DEFAULT_REGION": "us-east-1"}
    done = _validate(tmp_path, f"s3://{bucket}/{path}", "--schema", "schema.yml", "--json", code=3, **environ)
    (told,) = done.json
    assert (told["rows"], told["files"]) == (21, 1 if path.endswith("all.csv") else 2)
    (failure,) = [each for each in told["checks"] if not each["passed"]]
    assert failure["samples"][0]["file"].startswith(f"s3://{bucket}/data/")
    assert not list(tmp_path.rglob("*.csv"))


def test_a_bucket_that_cannot_be_reached_is_worth_a_retry(tmp_path: Path) -> None:
    (tmp_path / "schema.yml").write_text(SCHEMA)
    environ = {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
    environ |= {"AWS_MAX_ATTEMPTS": "1", "AWS_DEFAULT_REGION": "us-east-1"}
    _validate(tmp_path, "s3://bucket/x.csv", "--schema", "schema.yml", code=4, **environ)

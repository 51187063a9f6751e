from __future__ import annotations

import bz2
import gzip
import json
from pathlib import Path

import polars as pl
import pytest

from mlgitlab.adapters.tables.reading import Format, TableError, batches, find_source, types_of
from mlgitlab.errors import UsageError


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def whole(root: Path, path: str, **options: object) -> pl.DataFrame:
    return pl.concat([batch.frame for batch in batches(find_source(root, path), **options)])  # type: ignore[arg-type]


def refusal(root: Path, path: str) -> str:
    with pytest.raises(TableError) as caught:
        whole(root, path)
    assert caught.value.exit_code == 3
    return caught.value.message


FRAME = pl.DataFrame({"n": [1, 2, None], "x": [0.5, None, 2.0], "t": ["a", None, "ü, \n x"]})


def as_bytes(tmp_path: Path, suffix: str, frame: pl.DataFrame = FRAME) -> bytes:
    path = tmp_path / f"made{suffix}"
    match suffix:
        case ".csv":
            frame.write_csv(path)
        case ".tsv":
            frame.write_csv(path, separator="\t")
        case ".parquet":
            frame.write_parquet(path)
        case ".jsonl":
            frame.write_ndjson(path)
        case ".json":
            frame.write_json(path)
        case _:
            frame.write_ipc(path)
    return path.read_bytes()


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet", ".jsonl", ".json", ".feather"])
def test_every_format_gives_the_same_rows(tmp_path: Path, suffix: str) -> None:
    write(tmp_path, {f"d/x{suffix}": as_bytes(tmp_path, suffix)})
    assert whole(tmp_path, f"d/x{suffix}").equals(FRAME)
    assert whole(tmp_path, "d").equals(FRAME)
    assert whole(tmp_path, f"*/x{suffix}").equals(FRAME)


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_text_may_be_compressed(tmp_path: Path, suffix: str) -> None:
    content = as_bytes(tmp_path, suffix)
    write(tmp_path, {f"a{suffix}.gz": gzip.compress(content), f"b{suffix}.bz2": bz2.compress(content)})
    assert whole(tmp_path, f"a{suffix}.gz").equals(FRAME)
    assert whole(tmp_path, f"b{suffix}.bz2").equals(FRAME)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl", ".feather"])
def test_a_batch_holds_at_most_the_rows_asked_and_knows_its_first(tmp_path: Path, suffix: str) -> None:
    write(tmp_path, {f"d/a{suffix}": as_bytes(tmp_path, suffix), f"d/b{suffix}": as_bytes(tmp_path, suffix)})
    found = [batch for batch in batches(find_source(tmp_path, "d"), rows=2) if len(batch.frame)]
    name = "d/{}" + suffix
    assert [(batch.path, batch.first_row, len(batch.frame)) for batch in found] == [
        (name.format("a"), 1, 2),
        (name.format("a"), 3, 1),
        (name.format("b"), 1, 2),
        (name.format("b"), 3, 1),
    ]


def test_a_type_holds_for_all_rows_and_files_or_the_column_is_text(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "d/a.csv": "i,f,b,day,at,zip,mixed,none\n1,1,true,2024-01-01,2024-01-01 10:00:00,8001,1,\n",
            "d/b.csv": "i,f,b,day,at,zip,mixed,none\n2,2.5,False,2024-02-01,2024-01-01T10:00:00.5,00123,n/a,\n",
        },
    )
    types = {name: str(dtype) for name, dtype in types_of(find_source(tmp_path, "d")).items()}
    assert types == {
        "i": "Int64",
        "f": "Float64",
        "b": "Boolean",
        "day": "Date",
        "at": "Datetime(time_unit='us', time_zone=None)",
        "zip": "String",
        "mixed": "String",
        "none": "Null",
    }
    frame = whole(tmp_path, "d")
    assert frame["zip"].to_list() == ["8001", "00123"]
    assert frame["mixed"].to_list() == ["1", "n/a"]
    assert whole(tmp_path, "d", as_text=True).schema == dict.fromkeys(types, pl.String)


def test_a_value_that_the_given_type_cannot_hold_leaves_its_column_as_it_was(tmp_path: Path) -> None:
    write(tmp_path, {"x.csv": "a,b\n1,2\nx,3\n"})
    frame = whole(tmp_path, "x.csv", schema={"a": pl.Int64(), "b": pl.Int64()})
    assert frame.to_dict(as_series=False) == {"a": ["1", "x"], "b": [2, 3]}


def test_json_lines_of_several_types_and_keys_make_one_table(tmp_path: Path) -> None:
    lines = [{"a": 1, "b": True}, {"a": "x", "c": {"k": 1}}, {"b": 3}]
    write(tmp_path, {"x.jsonl": "\n".join(map(json.dumps, lines)) + '\n\n{"a": NaN}\n'})
    assert whole(tmp_path, "x.jsonl").to_dicts() == [
        {"a": "1", "b": "true", "c": None},
        {"a": "x", "b": None, "c": {"k": 1}},
        {"a": None, "b": "3", "c": None},
        {"a": "NaN", "b": None, "c": None},
    ]


@pytest.mark.parametrize(
    ("values", "text"), [([1, True], ["1", "true"]), ([True, 1], ["true", "1"]), ([[1], {}], ["[1]", "{}"])]
)
def test_true_is_not_one(tmp_path: Path, values: list[object], text: list[str]) -> None:
    write(tmp_path, {"x.jsonl": "\n".join(json.dumps({"a": value}) for value in values)})
    assert whole(tmp_path, "x.jsonl")["a"].to_list() == text


@pytest.mark.parametrize("suffix", [".parquet", ".feather", ".jsonl"])
def test_hostile_names_of_columns_are_kept(tmp_path: Path, suffix: str) -> None:
    frame = pl.DataFrame({"": [1], "*": [2], "^b$": ["x"], "a\x1b": [None]})
    write(tmp_path, {f"x{suffix}": as_bytes(tmp_path, suffix, frame)})
    assert whole(tmp_path, f"x{suffix}").to_dicts() == frame.to_dicts()
    assert whole(tmp_path, f"x{suffix}", columns=["*", "^b$"]).columns == ["*", "^b$"]


def test_folders_of_a_partition_are_columns(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "d/dt=2024-01-01/r=e%2Fu/a.csv": "x\n1\n",
            "d/dt=2024-01-02/r=__HIVE_DEFAULT_PARTITION__/a.csv": "x\n2\n",
            "d/_SUCCESS": "",
            "d/_tmp/b.csv": "y\n1\n",
        },
    )
    frame = whole(tmp_path, "d")
    assert frame.schema == {"x": pl.Int64, "dt": pl.Date, "r": pl.String}
    assert frame["r"].to_list() == ["e/u", None]
    assert whole(tmp_path, "d/*/*/*.csv").equals(frame)
    assert whole(tmp_path, "d", columns=["r", "x"]).columns == ["x", "r"]


def test_a_file_of_another_kind_is_named_as_skipped(tmp_path: Path) -> None:
    write(tmp_path, {"d/a.csv": "x\n1\n", "d/README.md": "hello"})
    source = find_source(tmp_path, "d")
    assert (source.format, source.skipped) == (Format.CSV, ("d/README.md",))


def test_a_quoted_empty_field_is_text_and_an_unquoted_one_missing(tmp_path: Path) -> None:
    write(tmp_path, {"x.csv": 'a,b\n"",1\n,2\n', "one.csv": "a\n1\n\n3\n"})
    assert whole(tmp_path, "x.csv")["a"].to_list() == ["", None]
    assert whole(tmp_path, "one.csv")["a"].to_list() == [1, None, 3]


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    write(tmp_path, {"x.csv": b"\xef\xbb\xbfa,b\r\n1,2\r\n"})
    assert whole(tmp_path, "x.csv").to_dicts() == [{"a": 1, "b": 2}]


def test_a_hostile_header_stays_text(tmp_path: Path) -> None:
    write(tmp_path, {"x.csv": '"<b>","$(id)","",*,^b$\n1,2,3,4,5\n'})
    assert whole(tmp_path, "x.csv").columns == ["<b>", "$(id)", "", "*", "^b$"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.csv", "", "x.csv: is empty"),
        ("x.csv", 'a,b\n1,"two\nlines"\n3\n4,5\n', "x.csv:4: this row has 1 fields, the header 2"),
        ("x.csv", "a,b\n1,2\n3,secret,5\n", "x.csv:3: this row has 3 fields, the header 2"),
        ("x.csv", b"a,b\n1,2\n3,\xff\n", "x.csv:3: is not UTF-8 text"),
        ("x.csv", b"\xff\xfea,b\n1,2\n", "x.csv:1: is not UTF-8 text"),
        ("x.csv", "a;b\n1;2\n", "x.csv:1: has one column, whose name holds semicolons"),
        ("x.csv", "a,b,a\n1,2,3\n", "x.csv:1: has several columns named 'a'"),
        (
            "x.csv.gz",
            gzip.compress(b"a,b\n" + b"".join(b"%d,2\n" % n for n in range(9999)))[:-99],
            "x.csv.gz: cannot be",
        ),
        ("x.csv.gz", b"a,b\n1,2\n", "x.csv.gz: cannot be read"),
        ("x.parquet", b"PAR1 and then nothing", "x.parquet: is no whole Parquet file"),
        ("x.feather", b"ARROW1\0\0 and then nothing", "x.feather: is no whole Arrow file"),
        ("x.jsonl", "", "x.jsonl: is empty"),
        ("x.jsonl", '{"a":1}\n{"a":2', "x.jsonl:2: is no JSON"),
        ("x.jsonl", '{"a":1}\n[1]\n', "x.jsonl:2: is no JSON object"),
        ("x.jsonl", b'{"a":1}\n\n{"a":"\xff"}\n', "x.jsonl:3: is not UTF-8 text"),
        ("x.json", '{"a":1}', "x.json: is no JSON array"),
        ("x.json", "[", "x.json:1: is no JSON"),
    ],
)
def test_what_is_no_table_is_refused_by_name_and_line(
    tmp_path: Path, name: str, content: str | bytes, said: str
) -> None:
    write(tmp_path, {name: content})
    message = refusal(tmp_path, name)
    assert message.startswith(said)
    assert "secret" not in message


@pytest.mark.parametrize("suffix", [".parquet", ".feather"])
def test_a_cut_off_file_is_refused(tmp_path: Path, suffix: str) -> None:
    write(tmp_path, {f"x{suffix}": as_bytes(tmp_path, suffix)[:-20]})
    assert refusal(tmp_path, f"x{suffix}").startswith(f"x{suffix}: is no whole")


def test_files_with_different_columns_are_refused(tmp_path: Path) -> None:
    write(tmp_path, {"d/a.csv": "x,y\n1,2\n", "d/b.csv": "y,x\n1,2\n", "d/c.csv": "y,z\n1,2\n"})
    assert refusal(tmp_path, "d") == "d/c.csv lacks 'x' and adds 'z', compared with d/a.csv"


@pytest.mark.parametrize(
    ("files", "path", "said"),
    [
        ({"d/a.csv": "x\n1\n", "d/b.parquet": ""}, "d", "d: holds files of several formats: csv, parquet"),
        ({"d/a.txt": "x"}, "d", "d: holds no file of a known format"),
        ({"d/a.csv": "x\n1\n"}, "d/*.parquet", "d/*.parquet: holds no file"),
        ({"d/k=1/a.csv": "x\n1\n", "d/b.csv": "x\n1\n"}, "d", "d/k=1/a.csv lies under k="),
    ],
)
def test_a_path_that_means_no_one_table_is_refused(
    tmp_path: Path, files: dict[str, str | bytes], path: str, said: str
) -> None:
    write(tmp_path, files)
    assert refusal(tmp_path, path).startswith(said)


def test_a_missing_path_and_an_unknown_format_are_mistakes_of_usage(tmp_path: Path) -> None:
    write(tmp_path, {"x.txt": "a\n1\n"})
    for path, kind in (("gone.csv", ""), ("x.txt", ""), ("x.txt", "xlsx")):
        with pytest.raises(UsageError):
            find_source(tmp_path, path, kind)
    assert find_source(tmp_path, "x.txt", "csv").format is Format.CSV

"""What holds for all lock files: those that the tools wrote themselves, and contents that nobody should write."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.analysis.meaning import (
    conda_environment,
    conda_lock,
    pdm_lock,
    pipfile_lock,
    poetry_lock,
    pylock,
    requirements_txt,
    uv_lock,
)
from mlgitlab.analysis.meaning.locks import MOST_BYTES, OPEN_RESOLUTION
from mlgitlab.analysis.meaning.values import Kind
from tests.unit.analysis.meaning.compared import changed, meaning, names

# pandas 2.3.3, numpy and ruff: numpy 2.3.3 and ruff 0.14.0 in base/, ruff 0.14.1 in ruff/, numpy 2.3.4 in numpy/.
LOCKS = Path(__file__).parent / "locks"
WRITTEN = {
    "uv.lock": uv_lock.KIND,
    "poetry.lock": poetry_lock.KIND,
    "pdm.lock": pdm_lock.KIND,
    "Pipfile.lock": pipfile_lock.KIND,
    "pylock.toml": pylock.KIND,
    "requirements.txt": requirements_txt.KIND,
    "requirements-uv.txt": requirements_txt.KIND,
}
KINDS = [*dict.fromkeys(WRITTEN.values()), conda_environment.KIND, conda_lock.KIND, conda_lock.EXPLICIT_KIND]
INSTALLED = {"numpy", "pandas", "python-dateutil", "pytz", "ruff", "tzdata"}
GRAPH = {
    "numpy": (),
    "pandas": ("numpy", "python-dateutil", "pytz", "tzdata"),
    "python-dateutil": ("tzdata",),
    "pytz": (),
    "ruff": (),
    "tzdata": (),
}

written = pytest.mark.parametrize(("file", "kind"), WRITTEN.items(), ids=WRITTEN)


@written
@pytest.mark.parametrize("bumped", ["ruff", "numpy"])
def test_a_bump_changes_that_distribution_alone(file: str, kind: Kind, bumped: str) -> None:
    before, after = ((LOCKS / side / file).read_bytes() for side in ("base", bumped))

    assert changed(kind, before, after) == {bumped}


@written
def test_every_distribution_of_a_written_lock_is_a_part(file: str, kind: Kind) -> None:
    found = names(meaning(kind, (LOCKS / "base" / file).read_bytes()).parts)

    assert {name for name in found if not name.endswith("!")} == INSTALLED
    assert f"{OPEN_RESOLUTION}!" not in found


@written
def test_a_written_lock_tells_its_graph_where_its_format_does(file: str, kind: Kind) -> None:
    requires = meaning(kind, (LOCKS / "base" / file).read_bytes()).requires

    assert requires == ({} if file in {"Pipfile.lock", "pylock.toml"} else GRAPH)


@written
def test_the_ends_of_lines_say_nothing(file: str, kind: Kind) -> None:
    content = (LOCKS / "base" / file).read_bytes()

    assert kind.read(content.replace(b"\n", b"\r\n")) == meaning(kind, content)


@pytest.mark.parametrize("file", [file for file in WRITTEN if file != "requirements-uv.txt"])
def test_a_hash_counts(file: str) -> None:
    kind, content = WRITTEN[file], (LOCKS / "base" / file).read_bytes()
    start = content.index(b"sha256", content.rindex(b"ruff"))
    digit = content[start + 20 : start + 21]
    other = content[: start + 20] + (b"0" if digit != b"0" else b"1") + content[start + 21 :]

    assert changed(kind, content, other) == {"ruff"}


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xff\xfe\x00", id="not text"),
        pytest.param(b"[" * 100_000, id="deep list"),
        pytest.param(b'{"a":' * 100_000, id="deep mapping"),
        pytest.param(b"a = " + b"{a=" * 50_000, id="deep TOML"),
        pytest.param(b"a" + b".a" * 200_000 + b" = 1", id="long TOML key"),
        pytest.param(b"version = " + b"9" * 100_000, id="long number"),
        pytest.param(b"version = 0x" + b"f" * 100_000, id="long hexadecimal number"),
        pytest.param(b"a: &a [x]\nb: &b [*a,*a]\n" + b"dependencies: [*b, *b]", id="aliases"),
        pytest.param(b"#" * 1000 + b" " * 1_000_000, id="many blanks"),
        pytest.param(b"numpy" + b" " * 1_000_000, id="many blanks after a name"),
        pytest.param(b"x # via " + b"(" * 1_000_000, id="many brackets"),
        pytest.param(b"//" * 500_000, id="many slashes"),
        pytest.param(b"@EXPLICIT\n" + b"a://" + b"-/" * 500_000, id="many dashes"),
        pytest.param(b"dependencies:\n- " + b"a-" * 100_000, id="a long name"),
        pytest.param(b"x" * (MOST_BYTES + 1), id="too large"),
        pytest.param(b"version = 1\npackage = 1", id="no list of packages"),
        pytest.param(b"version = 1\n[[package]]\nname = 1", id="a name that is no text"),
        pytest.param(b"version = 1\n[[package]]\nversion = '1'", id="no name"),
        pytest.param(b"lock-version = 1\npackages = [1]", id="a package that is no mapping"),
        pytest.param(b'{"_meta": [], "default": []}', id="lists for mappings"),
        pytest.param(b"metadata: {a: b}\npackage: [[a]]", id="lists for packages"),
    ],
)
def test_no_content_does_harm(kind: Kind, content: bytes) -> None:
    found = kind.read(content)

    assert found is None or found.parts is not None


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_what_is_too_large_cannot_be_read(kind: Kind) -> None:
    assert kind.read(b"#" + b"x" * MOST_BYTES) is None


@pytest.mark.parametrize("kind", KINDS[:-1], ids=[kind.name for kind in KINDS[:-1]])
@given(content=st.binary(max_size=200))
def test_any_bytes_can_be_asked_about(kind: Kind, content: bytes) -> None:
    kind.read(content)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("uv.lock", uv_lock.KIND),
        ("services/a/uv.lock", uv_lock.KIND),
        ("jobs/train.py.lock", uv_lock.KIND),
        ("my-uv.lock", None),
        ("poetry.lock", poetry_lock.KIND),
        ("pdm.lock", pdm_lock.KIND),
        ("pdm.linux.lock", pdm_lock.KIND),
        ("Pipfile.lock", pipfile_lock.KIND),
        ("pylock.toml", pylock.KIND),
        ("pylock.gpu.toml", pylock.KIND),
        ("pylock.a.b.toml", None),
        ("requirements.txt", requirements_txt.KIND),
        ("requirements-gpu.in", requirements_txt.KIND),
        ("requirements_dev.lock", requirements_txt.KIND),
        ("dev-requirements.txt", requirements_txt.KIND),
        ("constraints.txt", requirements_txt.KIND),
        ("requirements/base.txt", requirements_txt.KIND),
        ("a/requirements/gpu/base.pip", requirements_txt.KIND),
        ("requirements/README.md", None),
        ("requirements.md", None),
        ("data/words.txt", None),
        ("environment.yml", conda_environment.KIND),
        ("envs/environment-gpu.yaml", conda_environment.KIND),
        ("conda_env.yml", conda_environment.KIND),
        ("params.yaml", None),
        ("conda-lock.yml", conda_lock.KIND),
        ("gpu.conda-lock.yml", conda_lock.KIND),
        ("conda-linux-64.lock", conda_lock.EXPLICIT_KIND),
    ],
)
def test_a_lock_is_known_by_its_name(path: str, expected: Kind | None) -> None:
    ordered = [conda_lock.KIND, *(kind for kind in KINDS if kind is not conda_lock.KIND)]

    assert next((kind for kind in ordered if kind.matches(path)), None) is expected

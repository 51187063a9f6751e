"""Where Python starts in a command line."""

from __future__ import annotations

import pytest

from mlgitlab.analysis.entry import Entries, entries_of

X = Entries(scripts=("x.py",))
M = Entries(modules=("pkg.mod",))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("python x.py", X, id="a script"),
        pytest.param("python3.11 -u -O x.py --lr 1", X, id="with options of the interpreter"),
        pytest.param("python -W error -X dev x.py", X, id="with options that take a value"),
        pytest.param("./x.py --lr 1", X, id="started by its own name"),
        pytest.param("FOO=1 BAR='a b' python x.py", X, id="after assignments"),
        pytest.param("time exec nice -n 10 python x.py", X, id="behind words of the shell"),
        pytest.param("timeout 10m python x.py", X, id="behind timeout"),
        pytest.param("uv run x.py", X, id="uv run with a script"),
        pytest.param("uv run --with torch python x.py", X, id="uv run with an option"),
        pytest.param("poetry run python x.py", X, id="poetry run"),
        pytest.param("pdm run python x.py", X, id="pdm run"),
        pytest.param("pipenv run python x.py", X, id="pipenv run"),
        pytest.param("conda run -n env python x.py", X, id="conda run"),
        pytest.param("python -m pkg.mod --x", M, id="a module"),
        pytest.param("python -um pkg.mod", M, id="a module behind joined options"),
        pytest.param("uv run -m pkg.mod", M, id="uv run with a module"),
        pytest.param("torchrun --nproc-per-node 2 x.py --epochs 3", X, id="torchrun"),
        pytest.param("torchrun --nnodes=1 -m pkg.mod", M, id="torchrun with a module"),
        pytest.param(
            "python -m torch.distributed.run --nproc_per_node 2 x.py",
            Entries(scripts=("x.py",), modules=("torch.distributed.run",)),
            id="torchrun as a module",
        ),
        pytest.param("accelerate launch --config_file a.yaml x.py", X, id="accelerate"),
        pytest.param("deepspeed --num_gpus 2 x.py --deepspeed ds.json", X, id="deepspeed"),
        pytest.param("coverage run -p x.py", X, id="coverage"),
        pytest.param(
            "python -m cProfile -o out x.py", Entries(scripts=("x.py",), modules=("cProfile",)), id="a profiler"
        ),
        pytest.param("python x.py > log.txt 2>&1", X, id="with its output sent elsewhere"),
        pytest.param("python x.py | tee log.txt", X, id="into a pipe"),
        pytest.param("echo start; python x.py && echo done", X, id="among other commands"),
        pytest.param("if true; then python x.py; fi", X, id="inside a condition"),
        pytest.param("python $CI_PROJECT_DIR/x.py", X, id="under the project folder"),
        pytest.param("python \\\n  x.py", X, id="over two lines"),
        pytest.param("# it's a comment\npython x.py", X, id="after a comment with a quote"),
        pytest.param(
            "papermill in.ipynb out/o.ipynb", Entries(scripts=("in.ipynb",), guesses=("out/o.ipynb",)), id="papermill"
        ),
        pytest.param("jupyter nbconvert --execute x.ipynb", Entries(scripts=("x.ipynb",)), id="nbconvert"),
        pytest.param("pytest -k 'a or b' tests/a.py::test_b", Entries(tests=("tests/a.py",)), id="pytest with a test"),
        pytest.param("python -m pytest", Entries(tests=("",)), id="pytest everywhere"),
        pytest.param(
            "PYTHONPATH=src:lib python x.py", Entries(scripts=("x.py",), extra_roots=("lib", "src")), id="PYTHONPATH"
        ),
        pytest.param("export PYTHONPATH=$PWD/lib:$PYTHONPATH", Entries(extra_roots=("lib",)), id="exported PYTHONPATH"),
        pytest.param(
            "env PYTHONPATH=lib python x.py", Entries(scripts=("x.py",), extra_roots=("lib",)), id="PYTHONPATH by env"
        ),
        pytest.param(
            "cd m && python x.py", Entries(scripts=("m/x.py",), extra_roots=("m", "m/src")), id="in another folder"
        ),
        pytest.param(
            "(cd m; python y.py); python x.py",
            Entries(scripts=("m/y.py", "x.py"), extra_roots=("m", "m/src")),
            id="a subshell comes back",
        ),
        pytest.param(
            "pip install -e libs/a",
            Entries(extra_roots=("libs/a", "libs/a/src"), opaque=True),
            id="an editable installation",
        ),
        pytest.param(
            "python x.py --second y.py", Entries(scripts=("x.py",), guesses=("y.py",)), id="a script as an argument"
        ),
        pytest.param("nvidia-smi", Entries(), id="nothing of the repository"),
        pytest.param("python --version", Entries(), id="only the version"),
        pytest.param("bash run.sh", Entries(scripts=("run.sh",), opaque=True), id="a shell script"),
        pytest.param("./run.sh fast", Entries(scripts=("run.sh",), opaque=True), id="a shell script by its own name"),
        pytest.param("train-fraud --fast", Entries(opaque=True), id="a console script"),
        pytest.param("python $SCRIPT", Entries(opaque=True), id="a script that only the shell knows"),
        pytest.param(
            "python models/$M/x.py", Entries(guesses=("/x.py",), opaque=True), id="a folder that only the shell knows"
        ),
        pytest.param("python *.py", Entries(guesses=("/*.py",), opaque=True), id="a glob"),
        pytest.param(
            "cd $DIR && python x.py",
            Entries(guesses=("/x.py",), opaque=True),
            id="after a folder that only the shell knows",
        ),
        pytest.param("python 'x.py", Entries(guesses=("x.py",), opaque=True), id="an open quote"),
        pytest.param(
            "python -c 'import pkg.mod; pkg.mod.run()'",
            Entries(modules=("pkg.mod",), opaque=True),
            id="code as an argument",
        ),
        pytest.param("cat x.txt | python", Entries(opaque=True), id="code from a pipe"),
        pytest.param(
            "python - <<EOF\nimport a\nEOF", Entries(modules=("a",), opaque=True), id="code from a here-document"
        ),
        pytest.param("", Entries(), id="nothing"),
    ],
)
def test_a_command_shows_its_entry_points(line: str, expected: Entries) -> None:
    assert entries_of((line,)) == expected


def test_a_makefile_is_a_guess_and_its_target_is_opaque() -> None:
    found = entries_of(("make -C sub train",))

    assert found.opaque
    assert {"Makefile", "sub/Makefile"} <= set(found.guesses)


def test_a_change_of_folder_lasts_from_line_to_line() -> None:
    assert entries_of(("cd a", "cd b", "python x.py")).scripts == ("a/b/x.py",)


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        pytest.param("a/b.py", Entries(scripts=("a/b.py",)), id="a path"),
        pytest.param("./a/b.py", Entries(scripts=("a/b.py",)), id="a path from here"),
        pytest.param("-m a.b", Entries(modules=("a.b",)), id="a module as for python"),
        pytest.param("a.b", Entries(modules=("a.b",)), id="a dotted name"),
    ],
)
def test_a_declared_entry_is_taken_as_written(declared: str, expected: Entries) -> None:
    assert entries_of((), (declared,)) == expected

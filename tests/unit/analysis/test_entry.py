"""Where Python starts in a command line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlgitlab.analysis.entry import Arguments, Entries, Made, Shelled, entries_of


def started(*lines: str) -> Entries:
    """What the lines start, without what later questions ask about their processes and arguments."""
    return replace(entries_of(lines), homes=(), plain=False, arguments=Arguments(), hints=())


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
            "pixi run test", Entries(programs=(("test",),)), id="a task that is called as a command of the shell"
        ),
        pytest.param(
            "papermill --cwd a x.ipynb y.ipynb",
            Entries(scripts=("x.ipynb",), guesses=("y.ipynb",), extra_roots=("a", "a/src")),
            id="papermill in another folder",
        ),
        pytest.param(
            "python -m cProfile -o out x.py", Entries(scripts=("x.py",), modules=("cProfile",)), id="a profiler"
        ),
        pytest.param("python x.py > log.txt 2>&1", X, id="with its output sent elsewhere"),
        pytest.param('cat a --b "$(python x.py)"', X, id="whose output stands in double quotes"),
        pytest.param('A="$(python x.py --n "$(nproc)")"', X, id="within quotes within quotes"),
        pytest.param("cat `python x.py`", X, id="in backquotes"),
        pytest.param('echo "a `python x.py --b \\`nproc\\`` c"', X, id="in backquotes that hold others"),
        pytest.param("""echo '"' "$(python x.py)" '$(python y.py)'""", X, id="in no single quotes"),
        pytest.param('if [ "$(python x.py)" = 1 ]; then true; fi', X, id="in a test"),
        pytest.param('echo "$((1 + 2)) $(pwd)" # "$(python y.py)"', Entries(), id="arithmetic and a comment"),
        pytest.param("if true; then eval 'python x.py'; fi", X, id="evaluated"),
        pytest.param("trap 'python x.py; exit' EXIT", X, id="at the end"),
        pytest.param(
            'cat "$(cd sub && python x.py)" y',
            Entries(scripts=("sub/x.py",), extra_roots=("sub", "sub/src")),
            id="in a shell of its own",
        ),
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
        pytest.param(
            "pytest -p a.plugin -pb.plugin -p no:c -pno:d",
            Entries(tests=("",), modules=("a.plugin", "b.plugin")),
            id="pytest with plugins",
        ),
        pytest.param("python -m pytest", Entries(tests=("",), modules=("pytest",)), id="pytest everywhere"),
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
        pytest.param("bash run.sh", Entries(shells=(Shelled(folder="", script="run.sh"),)), id="a shell script"),
        pytest.param(
            "cd a && ./run.sh fast x.py",
            Entries(shells=(Shelled(folder="a", script="a/run.sh"),), guesses=("a/x.py",)),
            id="a shell script by its own name",
        ),
        pytest.param("bash -x run.sh", Entries(scripts=("run.sh",), opaque=True), id="a shell with options"),
        pytest.param("source run.sh", Entries(scripts=("run.sh",), opaque=True), id="a script for this shell"),
        pytest.param("zsh run.zsh", Entries(scripts=("run.zsh",), opaque=True), id="another shell"),
        pytest.param("cd $X; bash run.sh", Entries(guesses=("/run.sh",), opaque=True), id="a shell script somewhere"),
        pytest.param("train-fraud --fast", Entries(programs=(("train-fraud",),)), id="a console script"),
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
            "python - <<EOF\nimport a\nEOF",
            Entries(modules=("a",), programs=(("EOF",),), opaque=True),
            id="code from a here-document",
        ),
        pytest.param("", Entries(), id="nothing"),
    ],
)
def test_a_command_shows_its_entry_points(line: str, expected: Entries) -> None:
    assert started(line) == expected


def test_a_call_of_make_is_kept_with_its_folder() -> None:
    assert started("cd a; make -C sub train") == Entries(makes=(Made(folder="a", words=("-C", "sub", "train")),))


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
    assert replace(entries_of((), (declared,)), arguments=Arguments()) == expected


F = Entries(programs=(("fraud-train",),))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("torchrun --nnodes 1 --rdzv-backend c10d x.py --lr 1", X, id="torchrun"),
        pytest.param("accelerate launch --num_processes 2 -m pkg.mod", M, id="accelerate with a module"),
        pytest.param("deepspeed --hostfile hosts --module pkg.mod", M, id="deepspeed with a module"),
        pytest.param("ray job submit --no-wait -- python x.py", X, id="ray"),
        pytest.param("ray job submit --no-wait -- fraud-train --lr 1", F, id="ray with a console script"),
        pytest.param("ray job submit -- 'python x.py'", X, id="ray with a quoted command"),
        pytest.param("poetry run fraud-train --lr 1", F, id="poetry"),
        pytest.param(
            "poetry -C sub run python x.py",
            Entries(scripts=("sub/x.py", "x.py"), extra_roots=("sub", "sub/src")),
            id="poetry in a folder",
        ),
        pytest.param(
            "uv run --with torch --frozen fraud-train",
            Entries(programs=(("torch", "fraud-train"),)),
            id="uv with an option and a flag",
        ),
        pytest.param("uv run --frozen python x.py", X, id="uv with a flag and a known word"),
        pytest.param("pdm run fraud-train", F, id="pdm"),
        pytest.param("hatch run gpu:python x.py", X, id="hatch with an environment"),
        pytest.param("hatch -e gpu run fraud-train", F, id="hatch with an option"),
        pytest.param("conda run --no-capture-output -n env fraud-train", F, id="conda"),
        pytest.param("nohup fraud-train --lr 1 &", F, id="nohup"),
        pytest.param("time -p python x.py", X, id="time of the shell"),
        pytest.param("/usr/bin/time -v python x.py", X, id="time as a program"),
        pytest.param("srun --gres gpu:1 -n 4 --mpi=pmix fraud-train", F, id="srun"),
        pytest.param("mpirun -np 4 -H a:2,b:2 --bind-to none python x.py", X, id="mpirun"),
        pytest.param("xvfb-run -a -s '-screen 0 1x1x8' python x.py", X, id="xvfb-run"),
        pytest.param("timeout --signal KILL 1.5h fraud-train", F, id="timeout"),
        pytest.param("env -u A B=1 fraud-train", F, id="env"),
        pytest.param("numactl --membind 0 -N 1 python x.py", X, id="numactl"),
        pytest.param("nsys profile -o out -t cuda python x.py", X, id="nsys"),
        pytest.param("sudo apt-get install git", Entries(), id="a harmless command behind a wrapper"),
        pytest.param("uv sync --frozen", Entries(), id="an environment that is prepared"),
        pytest.param("uv run $TOOL", Entries(opaque=True), id="a program that only the shell knows"),
        pytest.param("mytool x.py", Entries(programs=(("mytool",),), guesses=("x.py",)), id="an unknown program"),
        pytest.param(
            "srun mytool x.py",
            Entries(programs=(("mytool",),), guesses=("x.py",)),
            id="an unknown program behind a wrapper",
        ),
    ],
)
def test_a_wrapper_is_looked_through(line: str, expected: Entries) -> None:
    assert started(line) == expected


def test_a_word_after_an_unknown_option_may_be_the_program() -> None:
    assert started("uv run --frozen fraud-train --lr 1").programs == (("fraud-train",),)
    assert entries_of(("uv run --frozen fraud-train x.py",)).hints == ("fraud-train",)


SCRIPTS = ("x.py", "y.py")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(("S=x.py; python $S",), X, id="in one line"),
        pytest.param(("S=x.py", "python ${S}"), X, id="from line to line"),
        pytest.param(("D=a", 'S="$D/x.py"', 'python "$S"'), Entries(scripts=("a/x.py",)), id="one in another"),
        pytest.param(
            ("if t; then S=x.py; else S=y.py; fi", "python $S"),
            Entries(scripts=SCRIPTS, programs=(("t",),), opaque=True),
            id="a condition",
        ),
        pytest.param(("S=y.py", "if true; then S=x.py; fi", "python $S"), Entries(scripts=SCRIPTS), id="a sure value"),
        pytest.param(("for s in x y; do python $s.py; done",), Entries(scripts=SCRIPTS), id="a loop"),
        pytest.param(("python ${S:-x.py}",), Entries(scripts=("x.py",), opaque=True), id="a default"),
        pytest.param(("S=x.py", "read S", "python $S"), Entries(opaque=True), id="a value from elsewhere"),
        pytest.param(("S=x.py", "S=`cat name`", "python $S"), Entries(opaque=True), id="a value in backticks"),
        pytest.param(
            ("S=x.py", "S=$(cat name)", "python $S"), Entries(opaque=True), id="a value that a command prints"
        ),
        pytest.param(("S=x.py", "S+=z", "python $S"), Entries(opaque=True), id="a value that grows"),
        pytest.param(("python $S", "S=x.py"), Entries(scripts=("x.py",), opaque=True), id="used before it is set"),
        pytest.param(
            ("test $S || S=x.py", "python $S"), Entries(scripts=("x.py",), opaque=True), id="set unless it is"
        ),
        pytest.param(("S=$D/x.py", "D=a", "python $S"), Entries(opaque=True), id="made of what is set later"),
        pytest.param(("CMD='python x.py --lr 1'", "$CMD"), X, id="a whole command"),
        pytest.param(("A='x.py --lr 1'", "python $A"), Entries(scripts=("x.py",), opaque=True), id="several arguments"),
        pytest.param(
            ("D=m", "cd $D && python x.py"), Entries(scripts=("m/x.py",), extra_roots=("m", "m/src")), id="a folder"
        ),
        pytest.param(
            ("P=lib", "PYTHONPATH=$P python x.py"), Entries(scripts=("x.py",), extra_roots=("lib",)), id="PYTHONPATH"
        ),
        pytest.param(("S=$S.py", "python $S"), Entries(opaque=True), id="made of itself"),
        pytest.param(("S=*.py", "python $S"), Entries(opaque=True), id="a glob"),
        pytest.param(("(S=x.py)", "python $S"), Entries(scripts=("x.py",), opaque=True), id="set in a subshell"),
        pytest.param(("f() { S=x.py; }", "python $S"), Entries(scripts=("x.py",), opaque=True), id="set in a function"),
    ],
)
def test_a_variable_with_a_literal_value_is_followed(lines: tuple[str, ...], expected: Entries) -> None:
    assert replace(started(*lines), guesses=(), programs=expected.programs) == expected


@pytest.mark.parametrize(
    ("line", "folder"),
    [
        pytest.param("python x.py", True, id="a script"),
        pytest.param("uv run -m pkg.mod", True, id="a module"),
        pytest.param("python -P x.py", False, id="a script without its own folder"),
        pytest.param("python -I -m pkg.mod", False, id="an isolated interpreter"),
        pytest.param("PYTHONSAFEPATH=1 python x.py", False, id="by the environment"),
        pytest.param("coverage run x.py", False, id="a launcher"),
        pytest.param("python x.py; fraud-train", False, id="beside another program"),
        pytest.param("bash run.sh", False, id="a shell script"),
    ],
)
def test_python_alone_decides_what_comes_first_on_the_module_path(line: str, folder: bool) -> None:
    assert entries_of((line,)).plain == folder


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("python x.py model._target_=a.b.Net lr=$LR", Arguments(names=("a.b.Net",)), id="overrides"),
        pytest.param(
            "python x.py fit --config conf/x.yaml --model a.Net",
            Arguments(names=("a.Net",), configs=("conf/x.yaml",), unread=True),
            id="options",
        ),
        pytest.param(
            "python x.py $ARGS", Arguments(unclear=True, unread=True), id="arguments that only the shell knows"
        ),
        pytest.param("python x.py --lr=$LR", Arguments(unclear=True), id="a value that only the shell knows"),
        pytest.param("python x.py model._target_=$X", Arguments(unclear=True), id="a class that only the shell knows"),
        pytest.param("python x.py --config-path x", Arguments(unclear=True, unread=True), id="another folder"),
        pytest.param("torchrun --nproc_per_node=8 x.py c/y.py --lr=1", Arguments(names=("y.py",)), id="a script"),
        pytest.param("python x.py --config-dir=x", Arguments(unclear=True), id="another folder, in one word"),
    ],
)
def test_arguments_say_what_is_built(line: str, expected: Arguments) -> None:
    assert entries_of((line,)).arguments == expected


@pytest.mark.parametrize(
    "line",
    [
        *("nohup " * 5000 + "python x.py", "time " * 5000, "S=$S$S;" * 500 + "python $S", "uv run " + "-a b " * 5000),
        *('"$(' * 5000, "`" * 5001, "eval " * 5000, "trap '" * 5000),
    ],
)
def test_a_hostile_command_is_read_in_time(line: str) -> None:
    assert entries_of((line,)) is not None

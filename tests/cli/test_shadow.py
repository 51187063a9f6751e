"""`mlgitlab shadow` on real histories."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.commands import mlgitlab
from tests.repositories import Repo, clean_environ

CONFIG = """\
version: 1
models:
  fraud:
    paths: models/fraud
    inputs: ["params.yaml:fraud.*"]
    gpu: a100
    train: {command: python models/fraud/train.py, outputs: out/fraud}
    smoke: python models/fraud/train.py --smoke
    evaluate: python models/fraud/evaluate.py
  churn:
    paths: models/churn
    inputs: ["params.yaml:churn.*"]
    train: {command: python models/churn/train.py, outputs: out/churn}
quality:
  tests: {command: pytest tests, owns: tests}
ignore: ["*.md"]
"""
FRAUD = ["fraud:evaluate", "fraud:train"]
START = {
    "mlgitlab.yml": CONFIG,
    "params.yaml": "fraud: {lr: 1}\nchurn: {lr: 1}\n",
    "models/fraud/train.py": "from libs.scaling import scale\nscale(1)\n",
    "models/fraud/evaluate.py": "from libs.scaling import scale\nscale(2)\n",
    "models/churn/train.py": "print('churn')\n",
    "libs/__init__.py": "",
    "libs/scaling.py": "def scale(x):\n    return x\n",
    "README.md": "hello\n",
}


@dataclass(frozen=True)
class Story:
    """A repository, its commits by name, and what each selects."""

    repo: Repo
    shas: dict[str, str]
    expected: dict[str, list[str]]
    patterns: dict[str, list[str]]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    repo = Repo.create(tmp_path_factory.mktemp("shadow") / "repo")
    shas, expected, patterns = {"start": repo.commit("start", START)}, {}, {}

    def commit(name: str, files: dict[str, str], ours: list[str], theirs: list[str] | None = None) -> None:
        shas[name] = repo.commit(name, files)
        expected[name], patterns[name] = ours, ours if theirs is None else theirs

    commit("readme", {"README.md": "hello there\n"}, [])
    comment = "# Scales.\nfrom libs.scaling import scale\nscale(1)\n"
    commit("comment", {"models/fraud/train.py": comment}, [], FRAUD)
    commit("library", {"libs/scaling.py": "def scale(x):\n    return 2 * x\n"}, FRAUD, [])
    both = ["churn:train", *FRAUD]
    commit("key", {"params.yaml": "fraud: {lr: 1}\nchurn: {lr: 2}\n"}, ["churn:train"], both)
    commit("evaluation", {"models/fraud/evaluate.py": START["models/fraud/evaluate.py"] + "print(3)\n"}, FRAUD)
    commit("test", {"tests/test_a.py": "import libs.scaling\n"}, [])
    repo.move("models/churn/train.py", "models/churn/rows.py")
    commit("rename", {"models/churn/train.py": "import rows\n"}, ["churn:train"])
    commit("nothing", {}, [])
    repo.branch("feature")
    repo.commit("one", {"libs/scaling.py": "def scale(x):\n    return 3 * x\n"})
    repo.commit("two", {"models/churn/rows.py": "print('more')\n"})
    repo.checkout("main")
    commit("layout", {"models/churn/train.py": "import   rows\n"}, [], ["churn:train"])
    shas["merge"] = repo.merge("feature")
    expected["merge"], patterns["merge"] = both, ["churn:train"]
    commit("unknown", {"setup.bin": "1"}, both, [])
    commit("docstring", {"libs/scaling.py": 'def scale(x):\n    """Scale."""\n    return 3 * x\n'}, [])
    return Story(repo, shas, expected, patterns)


@pytest.fixture(scope="module")
def replayed(story: Story) -> Any:
    return mlgitlab("shadow", "--json", cwd=story.repo.folder).json


def test_each_commit_is_replayed_against_its_first_parent(story: Story, replayed: Any) -> None:
    names = {sha: name for name, sha in story.shas.items()}
    assert {names[one["commit"]]: one["selected"] for one in replayed["replays"]} == story.expected
    assert {names[one["commit"]]: one["patterns"] for one in replayed["replays"]} == story.patterns
    order = [names[one["base"]] for one in replayed["replays"]]
    assert order == list(story.shas)[:-1]


def test_runs_are_added_up(story: Story, replayed: Any) -> None:
    for way, by_commit in (("mlgitlab", story.expected), ("patterns", story.patterns)):
        runs = [step for steps in by_commit.values() for step in steps]
        assert replayed["runs"][way] == {
            "training": sum(step.endswith(":train") for step in runs),
            "evaluation": runs.count("fraud:evaluate"),
            "data": 0,
            "all": len(runs),
            "on_gpu": runs.count("fraud:train"),
        }
    count = len(story.expected)
    assert replayed["runs"]["everything"] == {
        "training": 2 * count, "evaluation": count, "data": 0, "all": 3 * count, "on_gpu": count
    }  # fmt: skip


def test_the_blind_spots_of_patterns_are_named(replayed: Any) -> None:
    missed = replayed["missed_by_patterns"]
    assert (missed["commits"], missed["files"]) == (2, [{"path": "libs/scaling.py", "commits": 2}])
    assert missed["runs"]["training"] == 2
    assert replayed["unmatched"]["files"] == [{"path": "setup.bin", "commits": 1}]


def test_the_text_says_the_same(story: Story) -> None:
    done = mlgitlab("shadow", cwd=story.repo.folder)
    first, last = story.shas["readme"][:12], story.shas["docstring"][:12]
    assert (
        done.out
        == f"""\
12 commits, {first} to {last}, with mlgitlab.yml as it is on disk

                    training  evaluation  all  on a GPU
mlgitlab                   8           4   12         4
folder patterns            7           3   10         3
everything, always        24          12   36        12

6 of 12 commits can alter a result. mlgitlab would have trained 8 times, folder patterns 7 times, \
running everything 24 times.
Of the 7 trainings by folder patterns it leaves out 3, and it adds 4.

2 commits with files that a step loads and its folder patterns miss, 2 trainings:
  libs/scaling.py  2 commits
1 commit with files that no rule knows (see `unmatched` and `ignore`), 2 trainings:
  setup.bin  1 commit
"""
    )
    assert done.err == ""


def test_a_cache_changes_nothing_but_the_time(story: Story, replayed: Any) -> None:
    assert mlgitlab("shadow", "--json", cwd=story.repo.folder).json == replayed
    assert mlgitlab("shadow", "--json", "--no-cache", cwd=story.repo.folder).json == replayed


@pytest.mark.parametrize(
    ("options", "names"),
    [
        pytest.param(["--last", "2"], ["unknown", "docstring"], id="the last"),
        pytest.param(["--range", "{key}..{test}"], ["evaluation", "test"], id="a range"),
        pytest.param(["--range", "{unknown}.."], ["docstring"], id="a range up to the head"),
        pytest.param(["--range", "feature..{unknown}"], ["layout", "merge", "unknown"], id="none that a branch has"),
        pytest.param(["--range", "{start}..", "--last", "1"], ["docstring"], id="the last of a range"),
        pytest.param(["--head", "{comment}"], ["readme", "comment"], id="up to a commit"),
    ],
)
def test_commits_are_chosen(story: Story, options: list[str], names: list[str]) -> None:
    filled = [option.format(**story.shas) for option in options]
    done = mlgitlab("shadow", "--json", *filled, cwd=story.repo.folder).json
    assert [one["commit"] for one in done["replays"]] == [story.shas[name] for name in names]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--range", "HEAD"], "--range 'HEAD' is not A..B"),
        (["--range", "main...feature"], "is not A..B"),
        (["--range", "..main"], "is not A..B"),
        (["--range", "nowhere..main"], "'nowhere' is no commit"),
        (["--range", "main..nowhere"], "'nowhere' is no commit"),
        (["--range", "feature..main", "--head", "main"], "both name the last commit"),
        (["--last", "0"], "not in the range"),
        (["--results", "nowhere.jsonl"], "cannot read"),
    ],
)
def test_what_cannot_be_meant_is_refused(story: Story, options: list[str], message: str) -> None:
    assert message in mlgitlab("shadow", *options, cwd=story.repo.folder, check=2).err


def test_an_empty_range_is_told(story: Story) -> None:
    done = mlgitlab("shadow", "--range", "main..feature", cwd=story.repo.folder)
    assert done.out == "Nothing to replay: there is no such commit that has a parent\n"
    facts = mlgitlab("shadow", "--range", "main..feature", "--json", cwd=story.repo.folder).json
    assert (facts["commits"]["listed"], facts["replays"]) == (0, [])


def test_a_configuration_outside_the_repository_is_tried_on_the_past(story: Story, tmp_path: Path) -> None:
    other = tmp_path / "other.yml"
    other.write_text(CONFIG.replace("paths: models/churn", "paths: [models/churn, libs]"))
    facts = mlgitlab("shadow", "--json", "--config", str(other), cwd=story.repo.folder).json
    by_commit = {one["commit"]: one for one in facts["replays"]}
    assert by_commit[story.shas["library"]]["selected"] == ["churn:train", *FRAUD]
    assert by_commit[story.shas["library"]]["missed_by_patterns"] == FRAUD
    assert facts["configuration"] == str(other)


def test_a_file_that_no_rule_may_leave_unknown_counts_as_everything(story: Story, tmp_path: Path) -> None:
    other = tmp_path / "other.yml"
    other.write_text(f"{CONFIG}unmatched: error\n")
    facts = mlgitlab("shadow", "--json", "--last", "2", "--config", str(other), cwd=story.repo.folder).json
    assert facts["replays"][0]["selected"] == ["churn:train", *FRAUD]


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A repository whose configuration came late, was broken once, and then had a model more."""
    repo = Repo.create(tmp_path_factory.mktemp("grown") / "repo")
    repo.commit("code", {path: text for path, text in START.items() if path != "mlgitlab.yml"})
    repo.commit("more code", {"models/fraud/train.py": "print(1)\n"})
    alone = (
        "version: 1\nmodels: {fraud: {paths: models/fraud, train: python models/fraud/train.py}}\nignore: ['*.md']\n"
    )
    repo.commit("configure", {"mlgitlab.yml": alone})
    repo.commit("break", {"mlgitlab.yml": "models: ["})
    repo.commit("mend", {"mlgitlab.yml": CONFIG})
    repo.commit("use", {"models/churn/train.py": "print(2)\n"})
    return repo


def test_each_commit_can_have_the_configuration_that_it_had(grown: Repo) -> None:
    facts = mlgitlab("shadow", "--json", "--config-then", cwd=grown.folder).json
    assert [(one["selected"], one["skipped"]) for one in facts["replays"]] == [
        ([], "there is no mlgitlab.yml"),
        (["fraud:train"], ""),
        ([], "mlgitlab.yml cannot be read"),
        (["churn:train", *FRAUD], ""),
        (["churn:train"], ""),
    ]
    assert facts["commits"]["replayed"] == 3
    assert facts["runs"]["everything"]["training"] == 5
    shown = mlgitlab("shadow", "--config-then", cwd=grown.folder).out
    assert "warning: 1 commit left out: there is no mlgitlab.yml\n" in shown


def test_without_that_the_configuration_itself_does_not_count(grown: Repo) -> None:
    facts = mlgitlab("shadow", "--json", cwd=grown.folder).json
    selected = [one["selected"] for one in facts["replays"]]
    assert selected == [FRAUD, [], [], [], ["churn:train"]]


def test_the_configuration_of_each_commit_cannot_lie_outside(grown: Repo, tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(CONFIG)
    options = ["--config-then", "--config", str(tmp_path / "a.yml")]
    assert "--config-then needs" in mlgitlab("shadow", *options, cwd=grown.folder, check=2).err


def lines(story: Story, *results: tuple[str, str, str]) -> bytes:
    told = ({"commit": story.shas[name], "step": step, "result": result} for name, step, result in results)
    return "".join(f"{json.dumps(each)}\n" for each in told).encode()


def test_results_that_follow_selections_are_no_miss(story: Story) -> None:
    told = lines(
        story,
        ("start", "fraud:train", "a"), ("comment", "fraud:train", "a"), ("library", "fraud:train", "b"),
        ("start", "churn:train", "x"), ("evaluation", "churn:train", "y"), ("docstring", "churn:train", "y"),
    )  # fmt: skip
    done = mlgitlab("shadow", "--results", "-", cwd=story.repo.folder, stdin=told)
    assert "\n4 pairs of results compared, 2 with a difference, 0 misses\n" in done.out


def test_a_planted_miss_is_found(story: Story) -> None:
    told = lines(
        story,
        ("evaluation", "fraud:train", "good"), ("nothing", "fraud:train", "bad"), ("library", "fraud:train", "good"),
    )  # fmt: skip
    done = mlgitlab("shadow", "--results", "-", cwd=story.repo.folder, stdin=told, check=3)
    earlier, later = story.shas["evaluation"][:12], story.shas["nothing"][:12]
    assert done.out.endswith(
        "2 pairs of results compared, 1 with a difference, 1 miss\n"
        f"  fraud:train between {earlier} and {later}:\n"
        "    'good' became 'bad', and nothing selected it\n"
        "    changed: models/churn/rows.py, models/churn/train.py, tests/test_a.py\n"
    )
    facts = mlgitlab("shadow", "--json", "--results", "-", cwd=story.repo.folder, stdin=told, check=3).json
    assert facts["results"]["misses"][0]["earlier_result"] == "good"
    assert [file["path"] for file in facts["results"]["misses"][0]["changed"]][-1] == "tests/test_a.py"


def test_results_of_other_commits_are_not_taken_for_proof(story: Story) -> None:
    told = lines(story, ("start", "fraud:train", "a"), ("comment", "fraud:train", "b"))
    done = mlgitlab("shadow", "--last", "3", "--results", "-", cwd=story.repo.folder, stdin=told)
    assert "2 results, no two of them of one step at commits of this replay: nothing compared\n" in done.out


def test_all_that_is_wrong_with_results_is_told_at_once(story: Story) -> None:
    head = story.shas["readme"]
    told = f'{{"commit": "{head}", "step": "fraud:smoke", "result": "a"}}\n{{\n{{"commit": "main", "step": 1}}\n'
    done = mlgitlab("shadow", "--results", "-", cwd=story.repo.folder, stdin=told.encode(), check=2)
    assert done.err.startswith("error: 5 problems in the results\n")
    for place in ("-:1: no step that a replay counts", "-:2: not JSON", "-:3: `commit` is 'main'", "-:3: `result` is"):
        assert place in done.err


PIPELINE = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    outs: [model.pkl]
"""


def lock(md5: str, dep: str) -> str:
    outs = f"outs: [{{path: model.pkl, md5: {md5}}}]"
    return f"schema: '2.0'\nstages:\n  train:\n    cmd: python train.py\n    deps: [{{md5: {dep}}}]\n    {outs}\n"


def test_what_dvc_recorded_is_compared_without_being_asked(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "repo")
    config = (
        "version: 1\nmodels: {m: {paths: none, train: {command: make, dvc: train, outputs: o}}}\nunmatched: nothing\n"
    )
    repo.commit("start", {"mlgitlab.yml": config, "dvc.yaml": PIPELINE, "train.py": "x = 1\n", "other.txt": "1"})
    repo.commit("first", {"dvc.lock": lock("m1", "d1"), "train.py": "x = 2\n"})
    repo.commit("code", {"train.py": "x = 3\n"})
    repo.commit("made", {"dvc.lock": lock("m2", "d2")})
    facts = mlgitlab("shadow", "--json", cwd=repo.folder).json
    assert facts["results"] == {"given": None, "compared": 1, "differing": 1, "misses": []}

    repo.commit("something else", {"other.txt": "2"})
    last = repo.commit("made again", {"dvc.lock": lock("m3", "d2")})
    facts = mlgitlab("shadow", "--json", cwd=repo.folder, check=3).json
    (miss,) = facts["results"]["misses"]
    assert (miss["step"], miss["commit"], miss["from_dvc_lock"]) == ("m:train", last, True)
    assert miss["result"] == "m3 model.pkl"
    assert [file["path"] for file in miss["changed"]] == ["dvc.lock", "other.txt"]


def test_a_shallow_clone_is_deepened_where_there_is_a_server(story: Story, tmp_path: Path, replayed: Any) -> None:
    clone = story.repo.clone(tmp_path / "clone", depth=3)
    facts = mlgitlab("shadow", "--json", cwd=clone.folder).json
    assert facts["replays"] == replayed["replays"]
    assert not facts["commits"]["cut"]


def test_a_shallow_clone_without_one_says_where_it_ends(story: Story, tmp_path: Path) -> None:
    clone = story.repo.clone(tmp_path / "clone", depth=3)
    clone.git("remote", "set-url", "origin", f"file://{tmp_path}/gone")
    done = mlgitlab("shadow", cwd=clone.folder)
    assert done.out.startswith(f"2 commits, {story.shas['unknown'][:12]} to {story.shas['docstring'][:12]}, ")
    assert "\nwarning: the clone ends before the first of them" in done.out

    single = story.repo.clone(tmp_path / "single", depth=1)
    single.git("remote", "remove", "origin")
    out = mlgitlab("shadow", cwd=single.folder).out
    assert out == "Nothing to replay: the clone holds no commit with its parent: fetch more of the history\n"


def test_a_bare_repository_is_replayed(story: Story, tmp_path: Path, replayed: Any) -> None:
    bare = story.repo.clone(tmp_path / "bare", bare=True)
    assert mlgitlab("shadow", "--json", cwd=bare.folder).json["replays"] == replayed["replays"]


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = Repo.create(tmp_path_factory.mktemp("long") / "repo")
    start = repo.commit("start", START)
    repo.git("update-ref", "refs/heads/main", repo.chain(start, 4000))
    repo.git("reset", "--quiet", "--hard")
    return repo


def test_a_log_shows_progress_by_line_and_json_none(long: Repo) -> None:
    told = "mlgitlab: replayed 25 of 60 commits\nmlgitlab: replayed 50 of 60 commits\n"
    assert mlgitlab("shadow", "--last", "60", cwd=long.folder).err == told
    assert mlgitlab("shadow", "--last", "60", "--json", cwd=long.folder).err == ""


def test_an_interruption_keeps_what_was_computed(long: Repo) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "mlgitlab", "shadow", "--last", "4000"],
        cwd=long.folder,
        env=clean_environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate()
    assert process.returncode == 130
    assert "\nwarning: interrupted after " in out
    count = int(out.split()[0])
    assert 25 <= count < 4000
    assert f"interrupted after {count} of 4000 commits" in out


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}], ids=["in color", "NO_COLOR"])
def test_a_terminal_gets_a_bar_and_colors(story: Story, environ: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "mlgitlab", "shadow"],
        cwd=story.repo.folder,
        env={**clean_environ(), "TERM": "xterm", **environ},
        stdout=theirs,
        stderr=theirs,
        check=True,
    )
    os.close(theirs)
    shown = b""
    while chunk := _read(ours):
        shown += chunk
    os.close(ours)
    assert done.returncode == 0
    assert b"Replaying commits" in shown
    assert (b"\x1b[1m" in shown) is not bool(environ)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so where the other side is closed
        return b""

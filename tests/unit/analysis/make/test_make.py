"""The shell lines behind a target, and the Makefiles in which nobody can tell them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.analysis.make.command import Asked, asked
from mlgitlab.analysis.make.reader import NotPlainError, read_makefile
from mlgitlab.analysis.make.targets import UNKNOWN, Run, run_of

NONE: Mapping[str, str] = {}


def run(text: str, *goals: str, files: Mapping[str, str] = NONE, given: Mapping[str, str] = NONE) -> Run:
    found = {"Makefile": text, **files}
    return run_of(read_makefile("Makefile", found.get), goals, given)


def lines(text: str, *goals: str, **given: str) -> list[str]:
    return list(run(text, *goals, given=given).lines)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("train:\n\tpython x.py", ["python x.py"], id="a recipe"),
        pytest.param("train: ; python x.py", ["python x.py"], id="a recipe on the line"),
        pytest.param("train:\n\t@-python x.py \\\n\t  --lr 1", ["python x.py  --lr 1"], id="prefixes and a long line"),
        pytest.param("train: data\n\ta\ndata:\n\tb\nother:\n\tc", ["a", "b"], id="prerequisites, and nothing else"),
        pytest.param("train: | data\n\ta\ndata: train\n\tb", ["a", "b"], id="only the order, and a circle"),
        pytest.param("train: data.csv\n\ta", ["a"], id="a prerequisite without a rule"),
        pytest.param("other:\n\tc\ntrain:\n\ta", ["a"], id="another rule first"),
        pytest.param("train: data\ntrain:\n\ta\ndata:\n\tb", ["a", "b"], id="a rule in two parts"),
        pytest.param("train::\n\ta\ntrain::\n\tb", ["a", "b"], id="two colons"),
        pytest.param(".PHONY: train\n# x\n\ntrain: # y\n\ta # z", ["a # z"], id="comments"),
        pytest.param("S = x.py\ntrain:\n\tpython $(S) ${S}", ["python x.py x.py"], id="a variable"),
        pytest.param("D := m\nS = $(D)/x.py\ntrain:\n\tpython $(S)", ["python m/x.py"], id="one in another"),
        pytest.param("S = x\nS += y\ntrain:\n\tpython $(S)", ["python x y"], id="a variable that grows"),
        pytest.param("ifdef X\nS=x\nelse\nS=y\nendif\ntrain:\n\ta $(S)", ["a x", "a y"], id="both branches"),
        pytest.param("ifdef X\ntrain:\n\ta\nelse\ntrain:\n\tb\nendif", ["a", "b"], id="rules in both branches"),
        pytest.param("S = x\ntrain: S = y\ntrain:\n\ta $(S)", ["a x", "a y"], id="a value for one target"),
        pytest.param("train: x.csv y.csv\n\ta $@ $< $^", ["a train x.csv x.csv y.csv"], id="automatic variables"),
        pytest.param("tr%:\n\ta $*", ["a ain"], id="a pattern"),
        pytest.param("tr%: %.x\n\ta $<", ["a ain.x"], id="a pattern's prerequisite"),
        pytest.param("train:\n\tfor m in a b; do x $$m; done", ["for m in a b; do x $m; done"], id="the shell's own"),
        pytest.param("train:\n\techo $$(python x.py)", ["echo $(python x.py)"], id="what the shell runs"),
        pytest.param("train:\n\t$(MAKE) -C m train", ["make -C m train"], id="make again"),
        pytest.param("train:\n\ta $(X)", [f"a {UNKNOWN}"], id="a variable from elsewhere"),
        pytest.param("train:\n\ta $(notdir b)", [f"a {UNKNOWN}"], id="a function"),
        pytest.param("V := $(shell cat x)\ntrain:\n\ta $(V)", ["cat x", f"a {UNKNOWN}"], id="what make runs itself"),
        pytest.param("V != cat x\ntrain:\n\ta $(V)", ["cat x", f"a {UNKNOWN}"], id="what make runs itself, otherwise"),
        pytest.param("train: $(wildcard *.x)\n\ta\ndata:\n\tb", ["a", "b"], id="prerequisites that nobody knows"),
        pytest.param("train: *.csv\n\ta\ndata:\n\tb", ["a", "b"], id="prerequisites by a pattern of names"),
    ],
)
def test_a_target_runs_its_recipe_and_those_of_its_prerequisites(text: str, expected: list[str]) -> None:
    assert lines(text, "train") == expected


def test_the_first_target_is_the_goal_unless_the_file_names_one() -> None:
    text = ".PHONY: a\na:\n\tx\nb:\n\ty\n"

    assert (lines(text), lines(text + ".DEFAULT_GOAL := b\n"), lines(text, "a", "b")) == (["x"], ["y"], ["x", "y"])


def test_an_included_file_belongs_to_it() -> None:
    text = "include a.mk\n-include gone.mk\ntrain:\n\tx $(S)"

    assert list(run(text, "train", files={"a.mk": "S = y\n"}).lines) == ["x y"]
    assert read_makefile("Makefile", {"Makefile": text, "a.mk": ""}.get).files == ["Makefile", "a.mk"]


def test_a_variable_of_the_command_wins() -> None:
    assert lines("S = x.py\ntrain:\n\tpython $(S)", "train", S="y.py") == ["python y.py"]


def test_the_module_path_goes_to_every_line() -> None:
    assert run("export PYTHONPATH := src\ntrain:\n\tx", "train").exported == ("export PYTHONPATH='src'",)


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        pytest.param("PY ?= python3 -m\ntrain:\n\t$(PY) x", True, id="a program"),
        pytest.param("LR ?= 0.1\ntrain:\n\tx $(LR)", True, id="a number"),
        pytest.param("S ?= x.py\ntrain:\n\tpython $(S)", False, id="a script"),
        pytest.param("ifdef X\nS = x.py\nendif\ntrain:\n\tpython $(S)", False, id="under a condition"),
    ],
)
def test_what_the_environment_may_set_is_not_sure(text: str, sure: bool) -> None:
    assert run(text, "train").sure == sure


@pytest.mark.parametrize(
    "text",
    [
        "$(eval $(call rules,x))\ntrain:\n\ta",
        "define x\ny\nendef\ntrain:\n\ta",
        "include gone.mk\ntrain:\n\ta",
        "include $(wildcard *.mk)\ntrain:\n\ta",
        "vpath %.c src\ntrain:\n\ta",
        "VPATH = src\ntrain:\n\ta",
        "SHELL = /usr/bin/python\ntrain:\n\ta",
        ".RECIPEPREFIX = >\ntrain:\n> a",
        ".SECONDEXPANSION:\ntrain: $$x\n\ta",
        "MAKEFLAGS += -f other\ntrain:\n\ta",
        ".c.o:\n\tb\ntrain:\n\ta",
        "$(TARGETS): x\n\tb\ntrain:\n\ta",
        "train: %.o: %.c\n\ta",
        "Makefile: x\n\tb\ntrain:\n\ta",
        "other:\n\ta",
        "train\n",
        "A = $(B)$(B)\nB = $(C)$(C)\nC = $(D)$(D)\nD = $(E)$(E)\nE = $(A)$(A)\ntrain:\n\t" + "$(A)" * 50,
        "%: %.x\n\ta",
    ],
)
def test_what_is_not_plain_is_refused(text: str) -> None:
    with pytest.raises(NotPlainError):
        run(text, "train")


@given(text=st.text(alphabet="ab:=%$(){}\t\n \\#?+!,;.", max_size=80), goals=st.sampled_from([(), ("a",)]))
def test_no_makefile_stops_the_reader(text: str, goals: tuple[str, ...]) -> None:
    try:
        found = run(text, *goals)
    except NotPlainError:
        return
    assert all(isinstance(line, str) for line in found.lines)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("train eval", Asked(goals=("train", "eval"), variables={}), id="goals"),
        pytest.param("-j 4 -s --no-print-directory -j8 -k train", Asked(goals=("train",), variables={}), id="flags"),
        pytest.param("-C a -Cb --directory=c", Asked(folders=("a", "b", "c"), variables={}), id="folders"),
        pytest.param("-f x.mk --file=y.mk", Asked(files=("x.mk", "y.mk"), variables={}), id="files"),
        pytest.param("A=1 B:=$X", Asked(variables={"A": "1", "B": None}), id="variables"),
    ],
)
def test_the_arguments_of_make_are_read(words: str, expected: Asked) -> None:
    assert asked(words.split()) == expected


@pytest.mark.parametrize("words", ["-e train", "-W x train", "--eval=x", "$GOAL", "-I include train"])
def test_an_option_that_changes_more_is_refused(words: str) -> None:
    with pytest.raises(NotPlainError):
        asked(words.split())

"""Exit codes are an API."""

from __future__ import annotations

from mlgitlab.errors import ConfigError, ExitCode, MlgitlabError, Problem


def _all(kind: type[MlgitlabError]) -> list[type[MlgitlabError]]:
    return [kind, *(each for child in kind.__subclasses__() for each in _all(child))]


def test_codes_are_those_the_documentation_promises() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "YES": 0, "BUG": 1, "USAGE": 2, "NO": 3, "WORLD": 4, "WORK": 5,
    }  # fmt: skip


def test_every_branch_of_the_tree_has_its_own_code() -> None:
    branches = MlgitlabError.__subclasses__()
    assert len({kind.exit_code for kind in branches}) == len(branches)


def test_no_error_is_a_success_or_a_bug() -> None:
    for kind in _all(MlgitlabError)[1:]:
        assert kind.exit_code in (ExitCode.USAGE, ExitCode.NO, ExitCode.WORLD)


def test_a_configuration_error_names_every_problem() -> None:
    error = ConfigError((Problem(where="f:1", what="bad"), Problem(where="f:2", what="worse", hint="mend it")))
    assert error.message == "2 problems in the configuration\n  f:1: bad\n  f:2: worse (mend it)"

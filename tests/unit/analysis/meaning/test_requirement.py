"""Names and the rest of requirements."""

from __future__ import annotations

import time

import pytest

from mlgitlab.analysis.meaning.requirement import is_name, package_of


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        pytest.param("torch", ("torch", ""), id="name alone"),
        pytest.param("Torch_Vision.x", ("torch-vision-x", ""), id="name that is normalised"),
        pytest.param("a--b", ("a-b", ""), id="a row of separators"),
        pytest.param(" torch >= 2.0 , <3 ", ("torch", ">=2.0,<3"), id="blanks around versions"),
        pytest.param("torch (>=2.0)", ("torch", ">=2.0"), id="versions in brackets"),
        pytest.param("torch[ a , b ]==1.*", ("torch", "[a,b]==1.*"), id="extras"),
        pytest.param("torch===1.0+cu121", ("torch", "===1.0+cu121"), id="arbitrary equality"),
        pytest.param("torch @ https://x/t.whl", ("torch", "@https://x/t.whl "), id="address"),
        pytest.param(
            "torch @ https://x/t;b ; os_name == 'nt'",
            ("torch", "@https://x/t;b ;os_name == 'nt'"),
            id="address that holds a semicolon",
        ),
        pytest.param(
            "torch>=2;python_version<'3.9'  and(os_name=='n t')",
            ("torch", ">=2;python_version < '3.9' and ( os_name == 'n t' )"),
            id="marker whose quoted blanks stay",
        ),
    ],
)
def test_a_requirement_is_a_name_and_the_rest(requirement: str, expected: tuple[str, str]) -> None:
    assert package_of(requirement) == expected


@pytest.mark.parametrize(
    "requirement",
    [
        "",
        "-e .",
        "./local",
        "a b",
        "a> =1",
        "a=1",
        "a>=",
        "a>=1 # why",
        "a;",
        "a; 'x",
        "a\n",
        "a>=1\nb",
        "é",
        "a[b",
        "a @",
    ],
)
def test_what_is_no_requirement_has_no_name(requirement: str) -> None:
    assert package_of(requirement) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("a>=1", "a>=1.0", id="version"),
        pytest.param("a>=1,<2", "a<2,>=1", id="order"),
        pytest.param("a; os_name=='n t'", "a; os_name=='nt'", id="blank in quotes"),
        pytest.param("a; os_name=='nt' or x", "a; os_name=='nt' orx", id="words of a marker"),
        pytest.param("a @ https://x;b", "a @ https://x ;b", id="marker or end of the address"),
        pytest.param("a[x]", "a", id="extra"),
    ],
)
def test_requirements_that_differ_have_another_rest(one: str, other: str) -> None:
    assert package_of(one) != package_of(other)


@pytest.mark.parametrize(
    "requirement",
    [
        "a" + "-" * 100_000,
        "a" + " " * 100_000 + "!",
        "a[" + "b, " * 50_000,
        "a>=1" + " , >=1" * 50_000 + "?",
        "a; " + "( " * 50_000 + "!",
    ],
    ids=["dashes", "blanks", "extras", "versions", "marker"],
)
def test_a_hostile_requirement_takes_no_time(requirement: str) -> None:
    start = time.process_time()
    assert package_of(requirement) is None
    assert time.process_time() - start < 5


def test_a_name_is_a_name_and_nothing_more() -> None:
    assert is_name("Torch_Vision")
    assert not is_name("torch>=1")
    assert not is_name("torch\n")

"""uv.lock: what changes an installation, for whom, and what does not."""

from __future__ import annotations

import pytest

from mlgitlab.analysis.meaning.uv_lock import KIND
from tests.unit.analysis.meaning.compared import changed, meaning, names

WHEEL = (
    '{ url = "https://example.org/click-8.whl", hash = "sha256:aa", size = 1, upload-time = "2026-01-01T00:00:00Z" }'
)
CLICK = f"""
[[package]]
name = "click"
version = "8"
source = {{ registry = "https://pypi.org/simple" }}
dependencies = [{{ name = "colorama", marker = "sys_platform == 'win32'" }}]
wheels = [{WHEEL}]
"""
TORCH = """
[[package]]
name = "torch"
version = "2"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "sympy" }, { name = "typing-extensions" }]

[package.optional-dependencies]
opt = [{ name = "opt-einsum" }]
"""
LEAVES = """
[[package]]
name = "colorama"
version = "1"

[[package]]
name = "sympy"
version = "1"

[[package]]
name = "typing-extensions"
version = "4"

[[package]]
name = "opt-einsum"
version = "3"
"""
PYTEST = """
[[package]]
name = "pytest"
version = "9"
dependencies = [{ name = "colorama", marker = "sys_platform == 'win32'" }, { name = "typing-extensions" }]
"""


def project(needs: str = '{ name = "click" }, { name = "torch" }', rest: str = "", name: str = "demo") -> str:
    return f"""
[[package]]
name = "{name}"
version = "0.1"
source = {{ virtual = "." }}
dependencies = [{needs}]
{rest}
"""


def lock(*packages: str, head: str = "") -> str:
    return f'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n{head}\n' + "".join(packages)


BASE = lock(project(), CLICK, TORCH, LEAVES)


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(BASE.replace("revision = 3", "revision = 5"), id="revision of the format"),
        pytest.param(BASE.replace("2026-01-01", "2026-02-02"), id="time of the upload"),
        pytest.param(BASE.replace(", size = 1", ""), id="size"),
        pytest.param("# a comment\n" + BASE, id="comment"),
        pytest.param(lock(LEAVES, TORCH, CLICK, project()), id="order"),
        pytest.param(
            lock(project(rest='[package.metadata]\nrequires-dist = [{ name = "click" }]'), CLICK, TORCH, LEAVES),
            id="what the project asked for",
        ),
    ],
)
def test_what_installs_the_same_means_the_same(after: str) -> None:
    assert KIND.read(after.encode()) == meaning(KIND, BASE)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(BASE.replace('"8"', '"9"'), {"click"}, id="version"),
        pytest.param(BASE.replace("sha256:aa", "sha256:bb"), {"click"}, id="hash"),
        pytest.param(BASE.replace("example.org", "example.com"), {"click"}, id="address"),
        pytest.param(BASE.replace("pypi.org/simple", "x.org"), {"click", "torch"}, id="index"),
        pytest.param(
            BASE.replace(TORCH, ""), {"torch", "sympy", "typing-extensions", "opt-einsum"}, id="removed, with its needs"
        ),
        pytest.param(BASE.replace(">=3.11", ">=3.12"), {"requires-python!"}, id="Python"),
        pytest.param(BASE.replace("version = 1\n", "version = 2\n", 1), {"version!"}, id="format"),
        pytest.param(
            BASE.replace("revision", "resolution-markers = ['a']\nrevision"), {"resolution-markers!"}, id="forks"
        ),
        pytest.param(BASE.replace("0.1", "0.2"), {"project demo!"}, id="version of the project"),
        pytest.param(BASE.replace("win32", "darwin"), {"colorama"}, id="a marker on the way"),
        pytest.param(
            BASE.replace('{ name = "torch" }', '{ name = "torch", extra = ["opt"] }'),
            {"opt-einsum"},
            id="an extra on the way",
        ),
        pytest.param(
            BASE.replace('{ name = "torch" }', '{ name = "torch", marker = "os_name == 1" }'),
            {"torch", "sympy", "typing-extensions"},
            id="a marker at the start of ways",
        ),
        pytest.param(
            lock(project(), CLICK, TORCH, LEAVES, head='[manifest]\noverrides = [{ name = "x", specifier = "<2" }]'),
            {"manifest!"},
            id="overrides",
        ),
    ],
)
def test_what_installs_something_else_is_told(after: str, expected: set[str]) -> None:
    assert changed(KIND, BASE, after) == expected


@pytest.mark.parametrize("group", ["dev-dependencies", "optional-dependencies"])
def test_a_new_tool_changes_nothing_that_is_installed_anyway(group: str) -> None:
    after = lock(project(rest=f'[package.{group}]\ndev = [{{ name = "pytest" }}]'), CLICK, TORCH, LEAVES, PYTEST)

    assert changed(KIND, BASE, after) == {"pytest"}


def test_what_a_group_alone_installed_changes_when_the_project_needs_it() -> None:
    group = '[package.dev-dependencies]\ndev = [{ name = "sympy" }]'
    without_torch = CLICK, TORCH.replace('{ name = "sympy" }, ', ""), LEAVES

    before = lock(project(rest=group), *without_torch)

    after = lock(project('{ name = "click" }, { name = "torch" }, { name = "sympy" }', rest=group), *without_torch)
    assert changed(KIND, before, after) == {"sympy"}


def test_what_another_member_needs_changes_for_all_members() -> None:
    members = "[manifest]\nmembers = ['a', 'b']"
    one = project('{ name = "click" }', name="a"), project("", name="b")
    two = project('{ name = "click" }', name="a"), project('{ name = "click" }', name="b")

    assert changed(KIND, lock(*one, CLICK, LEAVES, head=members), lock(*two, CLICK, LEAVES, head=members)) == {
        "click",
        "colorama",
    }


def test_a_new_member_without_needs_changes_no_distribution() -> None:
    one = lock(project(name="b"), CLICK, TORCH, LEAVES, head="[manifest]\nmembers = ['b']")
    two = lock(project("", name="a"), project(name="b"), CLICK, TORCH, LEAVES, head="[manifest]\nmembers = ['a', 'b']")

    assert changed(KIND, one, two) == {"project a!"}


def test_the_choice_between_two_versions_counts() -> None:
    numpy = "".join(f'[[package]]\nname = "numpy"\nversion = "{version}"\n' for version in (1, 2))
    needs = """{{ name = "numpy", version = "{}", marker = "a" }}, {{ name = "numpy", version = "{}", marker = "b" }}"""

    assert changed(KIND, lock(project(needs.format(1, 2)), numpy), lock(project(needs.format(2, 1)), numpy)) == {
        "numpy"
    }


@pytest.mark.parametrize(
    "needs",
    [
        pytest.param(
            '{{ name = "a", version = "{}", marker = "x" }}, {{ name = "a", version = "{}", marker = "y" }}',
            id="markers",
        ),
        pytest.param('{{ name = "a", version = "{}" }}', id="no condition"),
    ],
)
def test_what_one_of_two_versions_needs_depends_on_which_is_installed(needs: str) -> None:
    old = '[[package]]\nname = "a"\nversion = "1"\ndependencies = [{ name = "b" }]\n'
    new = '[[package]]\nname = "a"\nversion = "2"\n'
    leaf = '[[package]]\nname = "b"\nversion = "1"\n'

    before, after = (lock(project(needs.format(*places)), old, new, leaf) for places in ("12", "21"))

    assert changed(KIND, before, after) == {"a", "b"}


def test_a_cycle_ends() -> None:
    cycle = "".join(
        f'[[package]]\nname = "{name}"\nversion = "1"\ndependencies = [{{ name = "{other}", marker = "m" }}]\n'
        for name, other in ("ab", "ba")
    )

    assert meaning(KIND, lock(project('{ name = "a", marker = "n" }'), cycle)).requires == {"a": ("b",), "b": ("a",)}


def test_the_graph_leaves_the_project_out_and_takes_extras_in() -> None:
    assert meaning(KIND, BASE).requires == {
        "click": ("colorama",),
        "colorama": (),
        "opt-einsum": (),
        "sympy": (),
        "torch": ("opt-einsum", "sympy", "typing-extensions"),
        "typing-extensions": (),
    }


def test_the_lock_of_a_script_starts_at_its_manifest() -> None:
    head = "[manifest]\nrequirements = [{{ name = 'click'{} }}]"
    bare, asked = (lock(CLICK, LEAVES, head=head.format(extra)) for extra in ("", ", marker = 'm'"))

    assert changed(KIND, bare, asked) == {"click", "colorama"}
    assert changed(KIND, bare, lock(CLICK, LEAVES, head=head.format(", specifier = '>=8'"))) == set()


def test_names_are_normalised() -> None:
    assert names(meaning(KIND, lock('[[package]]\nname = "Typing_Extensions"\nversion = "4"')).parts) == {
        "requires-python!",
        "version!",
        "typing-extensions",
    }


def test_too_many_ways_cannot_be_read() -> None:
    packages = "".join(
        f'[[package]]\nname = "p{number}"\nversion = "1"\ndependencies = ['
        + ",".join(
            f'{{ name = "p{other}", marker = "m{number}" }}' for other in range(max(0, number - 20), number + 20)
        )
        + "]\n"
        for number in range(900)
    )

    assert KIND.read(lock(packages).encode()) is None


@pytest.mark.parametrize("text", ["", "revision = 1", "version = '1'", "version = 1\nversion = 1", "x"])
def test_what_is_no_lock_cannot_be_read(text: str) -> None:
    assert KIND.read(text.encode()) is None

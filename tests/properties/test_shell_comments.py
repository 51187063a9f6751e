"""What is left of a shell script is to bash what the whole was: bash prints both the same way."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from mlgitlab.analysis.meaning.shell import KIND
from mlgitlab.analysis.meaning.shell_lines import Unsure, lines_of

WORDS = ["x", "a#b", r"\#", "'#'", "'a\n# b\n'", '"#"', '"a\n # b\n"', '"\'"', '"`echo b`"', "$#", "${#x}", "$'a\\n#'"]
WORDS += [
    "1",
    "=#",
    "{#",
    r"\'",
    r"\"",
    "x\\\n#y",
    r"'it'\''s'",
    "%#",
    "$((1<<2))",
    "$((16#ff + (1+2)*3))",
    "${x//\\}/#}",
]
ENDS = st.sampled_from(["\n", "\n\n", " # don't\n", '\n# c " (\n', "\n  # x `\n", "  \n\t", "\n# y\\\n", " #z\n"])
BETWEEN = st.sampled_from([" ", "  ", "\t", " \\\n", " \\\n "])
DOCUMENTS = ["cat <<E # c\n# kept\nE\n:", "cat <<-'E' x\n\t# kept\n\tE\n:", 'cat <<A <<"B C"\n# 1\nA\n# 2\nB C\n:']
DOCUMENTS += ["cat <<E\n$x ' \"\n\na\\\nb\n E\nE\n:"]


def scripts_of(commands: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joined = st.one_of(ENDS, st.sampled_from([";", " && ", " | ", " & ", ";#c\n", "&& # c\n"]))
    return st.builds(lambda a, b, c, d: a + b + c + d, commands, joined, commands, st.one_of(ENDS, st.just("")))


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    scripts = scripts_of(inner)
    return st.one_of(
        st.builds("if :; then{}{}\nfi".format, ENDS, scripts),
        st.builds("{{{}{}\n}}".format, ENDS, scripts),
        st.builds("( {}{}\n)".format, ENDS, scripts),
        st.builds("case x in{}a){}{}\n;;\nesac".format, ENDS, ENDS, scripts),
        st.builds("f2() {{{}{}\n}}".format, ENDS, scripts),
        st.builds('echo "$({})" x'.format, scripts),
        st.builds("a=({}x{}y )".format, ENDS, ENDS),
        st.builds("echo <({}) ${{x#{}}}".format, scripts, st.sampled_from(WORDS[:4])),
    )


WORDS_OF_COMMANDS = st.lists(st.builds(str.__add__, BETWEEN, st.sampled_from(WORDS)), max_size=3)
COMMANDS = st.recursive(
    st.one_of(WORDS_OF_COMMANDS.map(lambda words: "echo" + "".join(words)), st.sampled_from(DOCUMENTS)),
    compound,
    max_leaves=6,
)


def printed(script: str) -> str:
    """A function of these commands as bash prints it; empty where they are none."""
    program = 'eval "f() {\n:\n$1\n}" && declare -f f'
    done = subprocess.run(["bash", "-c", program, "bash", script], capture_output=True, check=False, timeout=10)
    return done.stdout.decode()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.builds(str.__add__, ENDS, scripts_of(COMMANDS)))
def test_bash_sees_the_same_script(script: str) -> None:
    try:
        kept = "\n".join(line.text for line in lines_of(script))
    except Unsure:
        reject()
    whole = printed(script)
    assume(whole)
    assert printed(kept) == whole


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.binary(max_size=60), st.text("ab \n\t#'\"`$(){}<EOF\\-;&|[]=", max_size=40).map(str.encode)))
def test_any_content_is_read_or_refused(content: bytes) -> None:
    KIND.read(content)

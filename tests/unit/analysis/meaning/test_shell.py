"""Shell scripts: what no shell looks at changes nothing, all else does."""

from __future__ import annotations

import pytest

from mlgitlab.analysis.meaning.shell import KIND
from mlgitlab.analysis.meaning.values import Layer
from tests.unit.analysis.meaning.layers import layers, named


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("a\nb\n", "# x\na\n\n  # it's\nb # \"\n", id="comments"),
        pytest.param("a\nb\n", "a   \n\t\nb", id="blanks"),
        pytest.param("if a; then\n  b\nfi", "if a; then # x\n\tb\n\nfi\n", id="indentation"),
        pytest.param("a;\nb", "a;#c\nb", id="after a semicolon"),
        pytest.param("cat <<E\n# x\nE\na", "cat <<E # y\n# x\nE\n# z\na", id="around a here-document"),
        pytest.param('x="$(\na\n)"', 'x="$(\n  # it\'s\n  a # )\n)"', id="in a substitution"),
        pytest.param("x=(\na\nb\n)", "x=(\n  a # one\n  # two\n  b\n)", id="in an array"),
        pytest.param("a &&\nb", "a &&\n# x\nb", id="between two halves"),
        pytest.param("#!/bin/sh\na", "#!/bin/sh\n# x\na", id="below the interpreter"),
        pytest.param("[[ a ]] && b", "[[ a ]] && b # x", id="after a condition"),
        pytest.param("x=$((1 << 2))\na", "x=$((1 << 2)) # x\na", id="after arithmetic"),
    ],
)
def test_what_no_shell_looks_at_changes_nothing(before: str, after: str) -> None:
    assert layers(KIND, before, after) == set()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("#!/bin/sh\na", "#!/bin/bash\na", id="interpreter"),
        pytest.param("a\n#SBATCH --gpus=1\nb", "a\n#SBATCH --gpus=2\nb", id="scheduler"),
        pytest.param("echo a#b", "echo a#c", id="in a word"),
        pytest.param("echo '# a'", "echo '# b'", id="in single quotes"),
        pytest.param('echo "\n# a\n"', 'echo "\n# b\n"', id="in double quotes"),
        pytest.param('echo "\n\na"', 'echo "\na"', id="blank line in quotes"),
        pytest.param('echo "\n  a"', 'echo "\n a"', id="indentation in quotes"),
        pytest.param("echo \\# a", "echo \\# b", id="escaped"),
        pytest.param("echo $# a", "echo $# b", id="number of arguments"),
        pytest.param("echo ${x#a} # c", "echo ${x#b} # c", id="prefix"),
        pytest.param("echo ${x:- # a}", "echo ${x:- # b}", id="default"),
        pytest.param("cat <<E\n# a\nE", "cat <<E\n# b\nE", id="here-document"),
        pytest.param("cat <<-'E'\n\t# a\n\tE", "cat <<-'E'\n\t# b\n\tE", id="here-document with tabs"),
        pytest.param("cat <<A <<B\n# a\nA\n# b\nB", "cat <<A <<B\n# a\nA\n# c\nB", id="second here-document"),
        pytest.param("x=$(cat <<E\n# a\nE\n)", "x=$(cat <<E\n# b\nE\n)", id="here-document in a substitution"),
        pytest.param("cat <<E\n\n\nE", "cat <<E\n\nE", id="blank line in a here-document"),
        pytest.param("cat <<E\n a\nE", "cat <<E\na\nE", id="indentation in a here-document"),
        pytest.param("a \\\n# b", "a \\\n b", id="comment on a line that goes on"),
        pytest.param("a\\\n#b", "a\\\n#c", id="word over two lines"),
        pytest.param("a\nb", "a b", id="end of a line"),
        pytest.param("a \\\n\nb", "a \\\nb", id="end of a line that goes on"),
        pytest.param("a \\ \nb", "a \\\nb", id="escaped blank"),
        pytest.param("echo `# a`", "echo `# b`", id="backquotes"),
        pytest.param("a\r\n", "a\n", id="carriage return"),
        pytest.param("f() {\na\n}\nb", "f() {\na\nb\n}", id="a line moves into a function"),
        pytest.param("x=$(\\(\na)", "x=$(\\(a)", id="escaped parenthesis at the end of a line"),
    ],
)
def test_what_a_shell_looks_at_counts(before: str, after: str) -> None:
    assert layers(KIND, before, after) == {Layer.CODE}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("echo 'a", id="open quote"),
        pytest.param('echo "a', id="open double quote"),
        pytest.param("echo $(a", id="open substitution"),
        pytest.param("cat <<E\na", id="open here-document"),
        pytest.param("cat <<$E\na\n$E", id="here-document with an expansion for its end"),
        pytest.param("cat <<E\na\\\nE\nE", id="here-document whose end may be joined to a line"),
        pytest.param('cat <<E "a\nb"\n# c\nE', id="here-document that begins after a quote's end"),
        pytest.param('cat <<E "$(a\n)"\n# c\nE', id="here-document that begins after a substitution"),
        pytest.param("((cat) <<E)\n# a\nE", id="parentheses that are no arithmetic"),
        pytest.param("((cat <<E))\n# a\nE", id="parentheses that may be no arithmetic"),
        pytest.param("x=$(case a in a) b ;; esac # c\n)", id="case in a substitution"),
        pytest.param("print (#i)a", id="pattern of zsh"),
        pytest.param("[[ a == #b ]]", id="pattern in a condition"),
        pytest.param("x=`cat <<E`", id="here-document in backquotes"),
        pytest.param("echo $'a\\'b' # c", id="quote that some shells do not know"),
        pytest.param("sed -n 's/^## //p' \"$0\"", id="reads itself"),
        pytest.param('self="$0"\ngrep ^# "$self"', id="reads itself by a variable"),
        pytest.param('self=$(readlink -f "${BASH_SOURCE[0]}")\nhead $self', id="reads itself by a path"),
        pytest.param("echo $(( #x ))", id="a character's code"),
        pytest.param("a\0b", id="null byte"),
        pytest.param("a\\", id="backslash at the end"),
        pytest.param("echo ${ a; }", id="command in braces"),
    ],
)
def test_where_shells_may_disagree_bytes_are_compared(content: str) -> None:
    assert KIND.read(content.encode()) is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("$(" * 50_000, id="substitutions"),
        pytest.param('"${x:-' * 50_000, id="quotes"),
        pytest.param("a" + " \\\n" * 50_000, id="lines that go on"),
        pytest.param("function x" + " " * 200_000 + "y", id="blanks"),
        pytest.param("<<A " * 5_000 + "\n" + "A\n" * 5_000, id="here-documents"),
        pytest.param("${x:-'a'" * 50_000, id="parameters"),
        pytest.param("=$(realpath " * 50_000 + "\ncat", id="paths"),
        pytest.param("x=$(\n" + "# c\n" * 50_000 + ")", id="comments"),
    ],
)
def test_hostile_content_is_read_in_time(content: str) -> None:
    KIND.read(content.encode())


def test_functions_are_parts() -> None:
    content = "set -e\ndeploy() {\n  if a; then\n    b\n  fi\n}\nfunction x { y; }\n\ndeploy\nx\n"
    assert named(KIND, content) == ["script", "deploy()", "x()", "script"]


def test_names_can_be_printed() -> None:
    found = named(KIND, b"\xc3\xa9\x1b[31m\xff() {\na\n}\n")
    assert found == ["é?[31m?()"]


def test_latin_and_broken_text_is_read() -> None:
    assert layers(KIND, b"echo \xff # a", b"echo \xff") == set()
    assert layers(KIND, b"echo \xff", b"echo \xfe") == {Layer.CODE}

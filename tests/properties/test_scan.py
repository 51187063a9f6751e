"""However a program is written, its quick reading says what its tree says."""

from __future__ import annotations

import ast

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlgitlab.analysis import strings
from mlgitlab.analysis.imports import imports_of
from mlgitlab.analysis.scan import scan

NAMES = st.sampled_from(("a", "b.c", "import_module", "x.py", "sys", "path", "error", "_d", "ä", "-m", "__name__"))
TEXTS = st.lists(
    st.one_of(
        NAMES, st.sampled_from((".", ":", ": ", " ", "import ", "-m ", "\\n", "\\x61", "\\\n", "/", "#", "e", "\\."))
    ),
    max_size=4,
).map("".join)
SPACES = st.sampled_from(("", " ", "  ", "\t", " \\\n ", " \\\n"))
GAPS = st.sampled_from((" ", "\n", " # 'a.b'\n", "\n\n  ", " # c\n # d\n", "\\\n"))


@st.composite
def literals(draw: st.DrawFn) -> str:
    prefix = draw(st.sampled_from(("", "", "", "r", "R", "u", "b", "f", "F", "rf", "fR", "Rb")))
    quotes = draw(st.sampled_from(("'", '"', "'''", '"""')))
    text = draw(TEXTS)
    if "f" in prefix.lower():
        text += "".join(draw(st.lists(fields(quotes), max_size=3)))
    if len(quotes) == 3:
        text += draw(st.sampled_from(("", "\n", "\nimport a\n", "'", '"'))) + draw(TEXTS)
    return f"{prefix}{quotes}{text}{quotes}"


@st.composite
def fields(draw: st.DrawFn, quotes: str) -> str:
    other = '"' if quotes[0] == "'" else "'"
    code = (
        "a",
        "a.b",
        "f(a, b)",
        "a[0]",
        f"a[{other}b.c{other}]",
        f"{other}.{other}.join(a)",
        "f(b=(c, [d]))",
        "{1}",
        "a=",
    )
    ending = ("", "!r", ":.2f", ":>{b}", ":b.c", ":{b}.d", "!s:e: ")
    field = "{" + draw(st.sampled_from(code)) + draw(st.sampled_from(ending)) + "}"
    return field + draw(st.sampled_from(("", "{{", "}}", ".", "b.c", "x: ", ".py"))) + draw(TEXTS)


@st.composite
def expressions(draw: st.DrawFn) -> str:
    group = draw(st.lists(literals(), min_size=1, max_size=3))
    form = draw(
        st.sampled_from(("{}", "({})", "[{}, 1]", "f({})", "{}.join(a)", "{} % a", "{{1: {}}}", "a({}\n)", "(\n{}\n)"))
    )
    gaps = [draw(GAPS) for _ in group[1:]] + [""]
    return form.format("".join(literal + gap for literal, gap in zip(group, gaps, strict=True)))


@st.composite
def imports(draw: st.DrawFn) -> str:
    space = draw(SPACES) or " "
    names = draw(st.lists(st.sampled_from(("a", "b", "c as d", "e")), min_size=1, max_size=3))
    if draw(st.booleans()):
        return f"import{space}" + ", ".join(f"{draw(st.sampled_from(('p.', 'q . ', '')))}{name}" for name in names)
    origin = draw(st.sampled_from((".", "..", "a", "a.b", ".a", "...a.b", ". a", "a. b")))
    between = draw(st.sampled_from((", ", ",", ",\n  ", ", # c\n")))
    end = draw(st.sampled_from(("", ",", " # 'd'\n", ",\n")))
    wanted = draw(
        st.sampled_from((", ".join(names), "*", f"({between.join(names)}{end})", f"(\n{between.join(names)}{end})"))
    )
    return f"from{space}{origin}{space}import{draw(SPACES) or ' '}{wanted}"


@st.composite
def statements(draw: st.DrawFn, depth: int = 2) -> str:
    form = draw(st.integers(0, 9 if depth else 6))
    if form < 3:
        return draw(imports())
    if form < 6:
        forms = ("{}", "x = {}", "return {}", "x: {} = 1", "raise x from {}", "x = 1; {}", "{}; y = 2", "lambda: {}")
        return draw(st.sampled_from(forms)).format(draw(expressions()))
    if form == 6:
        return draw(
            st.sampled_from(("", "# import a", "#'", "pass", "x.eval()", "re.compile(x)", "sys.argv", "\f", "x = sys"))
        )
    head = draw(st.sampled_from(("def f():", "class C:", "if x:", "try:", "else:", "if x: # 'a.b'", "while {} :")))
    body = draw(st.lists(statements(depth - 1), min_size=1, max_size=3))
    lines = "\n".join(body).split("\n")
    return f"{head}\n" + "\n".join(f"    {line}" for line in lines) + "\n    pass"


PROGRAMS = st.lists(statements(), max_size=5).map("\n".join)


def agree(source: bytes) -> None:
    quick = scan(source)
    if quick is not None:
        full = imports_of(source)
        assert full.unparsable or quick == full


@settings(max_examples=150, deadline=None)
@given(PROGRAMS, st.sampled_from(("\n", "\r\n")))
@example("raise E('err' f'or: {x}')", "\n")
def test_a_program_is_read_as_its_tree_is(program: str, ending: str) -> None:
    agree(program.replace("\n", ending).encode())


@settings(max_examples=100, deadline=None)
@given(PROGRAMS, st.data())
def test_a_damaged_program_is_read_as_its_tree_is(program: str, data: st.DataObject) -> None:
    where = data.draw(st.integers(0, len(program)))
    damage = data.draw(st.sampled_from((*"\"'#\\()[]{}\n\t\f,.;:= fb", "'''", "\r", "\0", "\ufeff", "ä", "import ")))
    agree((program[:where] + damage + program[where:]).encode())


@settings(max_examples=100, deadline=None)
@given(st.lists(expressions(), min_size=1, max_size=3))
def test_strings_are_read_as_their_values_are(values: list[str]) -> None:
    agree("\n".join(f"x = [\n{value}]" for value in values).encode())


@given(st.text(alphabet="ab.:-mc_ \n/py\\{}é", max_size=12))
def test_a_text_that_the_scan_passes_over_says_nothing(text: str) -> None:
    source = f"x = {text!r}"
    quick = scan(source.encode())
    if quick is not None:
        references, scripts = strings.named_in(ast.literal_eval(source[4:]))
        assert quick.references == tuple(sorted(set(references)))
        assert quick.scripts == tuple(sorted(set(scripts)))

"""What one source can load, form by form."""

from __future__ import annotations

import json

import pytest

from mlgitlab.analysis.imports import imports_of
from mlgitlab.analysis.notebook import imports_of_notebook
from mlgitlab.analysis.references import Anchor, Extent, Imports, Place


def said(imports: Imports) -> set[str]:
    """References in short: dots of the level, the name, `*` for its children, `**` for all below."""
    ending = {Extent.MODULE: "", Extent.CHILDREN: "*", Extent.TREE: "**"}
    return {"." * ref.level + ref.module + ending[ref.extent] for ref in imports.references}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("import a.b.c", {"a.b.c"}, id="import"),
        pytest.param("import a as x, b.c as y", {"a", "b.c"}, id="import with aliases"),
        pytest.param("from a import b, c as d", {"a", "a.b", "a.c"}, id="from"),
        pytest.param("from . import b", {".", ".b"}, id="from the own package"),
        pytest.param("from ..a import b", {"..a", "..a.b"}, id="from the package above"),
        pytest.param("from a import *", {"a", "a*"}, id="star"),
        pytest.param("def f():\n  import a", {"a"}, id="in a function"),
        pytest.param("try:\n  import a\nexcept ImportError:\n  import b", {"a", "b"}, id="in a try"),
        pytest.param("if TYPE_CHECKING:\n  import a", {"a"}, id="under TYPE_CHECKING"),
        pytest.param("importlib.import_module('a.b')", {"a.b"}, id="import_module"),
        pytest.param(
            "from importlib import import_module as im\nim('a')",
            {"importlib", "importlib.import_module", "a"},
            id="import_module, renamed",
        ),
        pytest.param("importlib.import_module('.x', package='a.b')", {"a.b", "a.b.x"}, id="import_module in a package"),
        pytest.param("importlib.import_module('..x', 'a.b')", {"a.b", "a.x"}, id="import_module beside a package"),
        pytest.param("importlib.import_module('.x', __package__)", {".x"}, id="import_module in the own package"),
        pytest.param(
            "importlib.import_module('.' + name, __name__)", {".**"}, id="import_module of any part of the own package"
        ),
        pytest.param("importlib.import_module(f'{__name__}.{name}')", {".**"}, id="the own name and more"),
        pytest.param(
            "importlib.import_module(f'models.{name}')", {"models**"}, id="a formatted name with a known package"
        ),
        pytest.param("importlib.import_module('models.%s' % name)", {"models**"}, id="a name by percent"),
        pytest.param("importlib.import_module('models.{}'.format(n))", {"models**"}, id="a name by format"),
        pytest.param(
            "importlib.import_module('models.res' + n)",
            {"models.res", "models**"},
            id="the beginning of a module's name",
        ),
        pytest.param("apipkg.initpkg(__name__, {'A': '.m:A'})", {".**"}, id="the own package, by apipkg"),
        pytest.param("x = LazyLoader('x', globals(), 'y')", {"x", "y"}, id="a module for later"),
        pytest.param("N = 'a.b'\nimportlib.import_module(N)", {"a.b"}, id="a name bound once"),
        pytest.param("for n in ('a', 'b'):\n  importlib.import_module(n)", {"a", "b"}, id="names of a loop"),
        pytest.param(
            "import models\nimportlib.import_module(models.__name__ + '.' + n)",
            {"models", "models**"},
            id="a module's own name",
        ),
        pytest.param("__import__('a.b')", {"a.b"}, id="dunder import"),
        pytest.param("__import__('a', fromlist=['b'])", {"a", "a*"}, id="dunder import with a list"),
        pytest.param("runpy.run_module('a.b')", {"a.b", "a.b.__main__"}, id="run_module"),
        pytest.param("pkgutil.iter_modules(__path__)", {".**"}, id="listing the own package"),
        pytest.param("import a.b\npkgutil.walk_packages(a.b.__path__)", {"a.b", "a.b**"}, id="listing a package"),
        pytest.param("for m in ('a', 'b'): import_module(m)", {"a", "b"}, id="a loop over names"),
        pytest.param("N = ('a',)\n[find_spec(m) for m in N]", {"a"}, id="a loop over a tuple"),
        pytest.param("_N = {'a': 'b'}\nall(find_spec(m) for m in _N)", {"a"}, id="a loop over our own keys"),
        pytest.param(
            "_N = {'a': 'b'}\nfor k, v in _N.items():\n  import_module(v)", {"b"}, id="a loop over our own items"
        ),
        pytest.param("for m in sorted({'a': 'b'}.values()): import_module(m)", {"b"}, id="a loop over values"),
        pytest.param("for n, m in [('x', 'a')]: import_module(m)", {"a"}, id="a loop over pairs"),
        pytest.param("x = {'_target_': 'a.b.C'}", {"a.b.C"}, id="a dotted string"),
        pytest.param("x = 'a.b:main'", {"a.b"}, id="an entry point's form"),
        pytest.param("x = 'data.csv'", set(), id="a data file's name"),
        pytest.param("run([python, '-m', 'a'])", {"a", "a.__main__"}, id="a module as an argument"),
        pytest.param("run('python -m a --x')", {"a", "a.__main__"}, id="a module in a command line"),
        pytest.param("run([python, '-c', 'import a'])", {"a"}, id="code as an argument"),
        pytest.param("exec('import a')", {"a"}, id="code in a string"),
        pytest.param("pytest_plugins = ['a']", {"a"}, id="plugins of pytest"),
        pytest.param("'''See a.b.'''\n'a.b.C'", set(), id="docstrings say nothing"),
        pytest.param("# coding: latin-1\nx = '\xe9'\nimport a", {"a"}, id="another encoding"),
    ],
)
def test_a_form_of_import_is_seen(source: str, expected: set[str]) -> None:
    content = source.encode("latin-1" if "latin-1" in source else "utf-8")

    assert said(imports_of(content)) == expected


@pytest.mark.parametrize(
    "source",
    [
        "importlib.import_module(name)",
        "importlib.import_module(f'{name}.x')",
        "importlib.import_module(f'models_{name}')",
        "importlib.import_module('.x', package)",
        "importlib.import_module(*args)",
        "def f(N):\n  importlib.import_module(N)\nN = 'a'",
        "N = 'a'\nfrom names import *\nimportlib.import_module(N)",
        "load = importlib.import_module",
        "from importlib import import_module as im\nload = im",
        "getattr(importlib, 'import_module')(name)",
        "__import__(name)",
        "runpy.run_path(path)",
        "runpy.run_module(name)",
        "exec(open(path).read())",
        "exec(code)",
        "eval(\"__import__('x')\")",
        "importlib.util.spec_from_file_location('a', path)",
        "pkgutil.iter_modules([path])",
        "sys.meta_path.insert(0, finder)",
        "import sys as s\ns.meta_path.clear()",
        "import sys\ns = sys\ns.meta_path.clear()",
        "importlib.import_module('sys').meta_path.clear()",
        "from sys import path_hooks\npath_hooks.clear()",
        "for a in sys.argv[1:]:\n  a = f(a)\n  exec(open(a).read())",
        "exec(open(sys.argv[1] + '.txt').read())",
        "_MODULES = {'a': 1}\n_MODULES['b'] = 2\nfor m in _MODULES: importlib.import_module(m)",
        "_MODULES = ['a']\nregister(_MODULES)\n[importlib.import_module(m) for m in _MODULES]",
        "MODULES = ['a']\nfor m in MODULES: importlib.import_module(m)",
        "for m in [*MORE, 'a']: importlib.import_module(m)",
        "for m in {**MORE, 'a': 1}: importlib.import_module(m)",
        "for m, n in [('a', 1), MORE]: importlib.import_module(m)",
        "for m in n:\n  importlib.import_module(m)\nfor n in m: pass",
        "for m in m: importlib.import_module(m)",
        "__path__.append(folder)",
        "subprocess.run(['python', f'train_{name}.py'])",
        "subprocess.run('python %s.py' % name, shell=True)",
        "subprocess.run('python {}.py'.format(name), shell=True)",
        "subprocess.run(' '.join(['python', name + '.py']), shell=True)",
        "for f in glob('steps/*.py'):\n  subprocess.run(['python', f])",
        "subprocess.run([sys.executable, '-u', script, '--lr', '1'])",
        "subprocess.run([sys.executable, '-m', module])",
        "subprocess.run([sys.executable, '-m'] + module)",
        "c = ['python']\nc.append('-m')\nc.append('x')\nsubprocess.run(c)",
        "subprocess.run(f'{sys.executable} -m {module} --lr 1', shell=True)",
        "os.system('python -m ' + module)",
    ],
)
def test_an_import_that_nothing_resolves_reaches_everything(source: str) -> None:
    assert imports_of(source).reaches_everything


@pytest.mark.parametrize(
    "source",
    [
        "import a.b\nfrom c import d",
        "re.compile(pattern)\nmodel.eval()\ntorch.compile(model)",
        "from torch import compile\ncompile(model)",
        "eval(name)",
        "exec(open('x.py').read())",
        "runpy.run_path('x.py')",
        "P = Path(__file__).parent / 'x.py'\nspec_from_file_location('x', P)",
        "__path__ = pkgutil.extend_path(__path__, __name__)",
        "__path__ = __import__('pkgutil').extend_path(__path__, __name__)",
        "path.endswith('.py')",
        "meta_path = 'meta.pkl'\nopen(meta_path)",
        "class A:\n  def f(self): return open(self.args.meta_path)",
        "from shop import paths\nopen(paths.meta_path)",
        "import sys\nfor a in sys.argv[1:]:\n  f = a\n  exec(open(f).read())",
        "import sys\nexec(compile(open(sys.argv[1]).read(), sys.argv[1], 'exec'))",
        "import sys\nrunpy.run_path(sys.argv[1], run_name='__main__')",
        "from sys import argv\nfrom pathlib import Path\nexec(Path(argv[1]).read_text())",
        "subprocess.run(['git', 'commit', '-m', message])\nname.endswith('.py')",
        "subprocess.run(f'git commit -m {message}', shell=True)",
        "subprocess.run([sys.executable, __file__, name])\nsubprocess.run([sys.executable, *sys.argv])",
        "subprocess.run([sys.executable, os.path.join(HERE, 'x.py'), name])",
        "for s in ('a.py', 'b.py'):\n  subprocess.run(['python', s])",
        "open(name + '.py')",
    ],
)
def test_an_ordinary_module_does_not_reach_everything(source: str) -> None:
    assert not imports_of(source).reaches_everything


@pytest.mark.parametrize(
    "source",
    [
        b"import (",
        b"x = '\0'",
        b"print 'old'",
        b"# coding: klingon\n",
        b"\xff\xfe",
        b"(" * 5000,
        b"x = " + b"-" * 200_000 + b"1",
    ],
    ids=["syntax", "null byte", "Python 2", "unknown encoding", "not UTF-8", "too many brackets", "too deep"],
)
def test_what_cannot_be_parsed_reaches_everything(source: bytes) -> None:
    assert imports_of(source).unparsable


def test_a_syntax_warning_stays_silent() -> None:
    assert said(imports_of(b"import a\nx = '\\d'\nassert (a, 'x')\n")) == {"a"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("sys.path.append('lib')", (Anchor.PROCESS, "lib"), id="a literal"),
        pytest.param(
            "from sys import path\npath.append('lib')", (Anchor.PROCESS, "lib"), id="the list by another name"
        ),
        pytest.param("sys.path.insert(0, '/srv/lib')", (Anchor.OUTSIDE, "/srv/lib"), id="an absolute path"),
        pytest.param("sys.path.insert(0, os.path.dirname(__file__))", (Anchor.FILE, ".."), id="dirname"),
        pytest.param(
            "sys.path.insert(0, str(Path(__file__).resolve().parent.parent))", (Anchor.FILE, "../.."), id="parents"
        ),
        pytest.param(
            "sys.path.insert(0, str(Path(__file__).parents[1] / 'lib'))",
            (Anchor.FILE, "../../lib"),
            id="parents by number",
        ),
        pytest.param(
            "sys.path += [os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib')]",
            (Anchor.FILE, "../../lib"),
            id="join",
        ),
        pytest.param(
            "H = Path(__file__).parent\nsys.path[:0] = [f'{H}/lib']",
            (Anchor.FILE, "../lib"),
            id="a bound name and a format",
        ),
        pytest.param("sys.path = ['lib'] + sys.path", (Anchor.PROCESS, "lib"), id="assignment"),
        pytest.param("sys.path.extend(['lib'])", (Anchor.PROCESS, "lib"), id="extend"),
        pytest.param("site.addsitedir('lib')", (Anchor.PROCESS, "lib"), id="addsitedir"),
    ],
)
def test_an_edit_of_the_module_path_is_computed(source: str, expected: tuple[Anchor, str]) -> None:
    found = imports_of(source)

    assert (found.roots, found.any_root) == ((Place(anchor=expected[0], path=expected[1]),), False)


@pytest.mark.parametrize(
    "source",
    [
        *(
            "sys.path.append(os.environ['X'])",
            "sys.path.extend(folders)",
            "p = sys.path",
            "sys.path.insert(0, '~/lib')",
        ),
        "os.chdir('lib')\nsys.path.insert(0, '')",
    ],
)
def test_an_edit_that_cannot_be_computed_makes_any_folder_a_root(source: str) -> None:
    assert imports_of(source).any_root


def test_reading_the_module_path_is_no_edit() -> None:
    found = imports_of("print(sys.path)\nx in sys.path\nsys.path = list(sys.path)\nold = sys.path[:]")

    assert (found.roots, found.any_root) == ((), False)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("exec(open('x.py').read())", ("x.py",), id="exec"),
        pytest.param("subprocess.run(['python', 'a/x.py'])", ("a/x.py",), id="an argument"),
        pytest.param("os.system('cd a && python x.py --n 1')", ("x.py",), id="a command line"),
        pytest.param("run(f'{root}/a/x.py')", ("/a/x.py",), id="the end of a formatted path"),
        pytest.param("run('bash go.sh')", ("go.sh",), id="a shell script"),
        pytest.param("name.endswith('.py')", (), id="an ending is no script"),
    ],
)
def test_a_script_named_in_a_string_is_seen(source: str, expected: tuple[str, ...]) -> None:
    assert imports_of(source).scripts == expected


@pytest.mark.parametrize(
    ("source", "files", "opaque"),
    [
        pytest.param("subprocess.run(['make', 'x'])", ("GNUmakefile", "Makefile", "makefile"), True, id="make"),
        pytest.param("os.system('make -C a x')", ("GNUmakefile", "Makefile", "makefile"), True, id="a line for make"),
        pytest.param("C = ['uv', 'run', 'dvc', 'repro']\nsubprocess.run(C)", ("dvc.yaml",), True, id="DVC, wrapped"),
        pytest.param("subprocess.run(['dvc', 'pull'])", (), False, id="a transfer"),
        pytest.param("subprocess.run('just x', shell=True)", (), True, id="another program that reads our files"),
        pytest.param("print('make sure')\nsubprocess.run(['git', 'log'])", (), False, id="a word that is no program"),
        pytest.param("session.run('tox')", (), False, id="no process"),
    ],
)
def test_a_process_that_reads_what_to_run_is_looked_into(source: str, files: tuple[str, ...], opaque: bool) -> None:
    found = imports_of(source)

    assert (found.scripts, found.opaque) == (files, opaque)


def notebook(*cells: str) -> bytes:
    return json.dumps({"cells": [{"cell_type": "code", "source": c.splitlines(keepends=True)} for c in cells]}).encode()


def test_a_notebook_is_its_code_cells_and_its_magics() -> None:
    found = imports_of_notebook(
        notebook(
            "%load_ext ext.tool\nimport a\n%run helper.py",
            "x = !python other.py\n%time import b\n?x",
            "%%bash\npython third.py",
        )
    )

    assert not found.reaches_everything
    assert {"a", "b", "ext.tool"} <= said(found)
    assert found.scripts == ("helper.py", "other.py", "third.py")


def test_a_notebook_runs_a_script_without_its_ending() -> None:
    found = imports_of_notebook(notebook("%run -i a/helper --n 1", "if x:\n    %run other.ipynb", "%run -m pkg.mod"))

    assert not found.reaches_everything
    assert found.scripts == ("a/helper.py", "other.ipynb")
    assert "pkg.mod" in said(found)


@pytest.mark.parametrize("cell", ["%run $name", "%run {name}.py", "%run steps/*.py"])
def test_a_notebook_that_runs_a_script_of_any_name_reaches_everything(cell: str) -> None:
    assert imports_of_notebook(notebook(cell)).reaches_everything


@pytest.mark.parametrize(("cell", "opaque"), [("%%bash\nmake x", True), ("!make x", True), ("%%html\n<b>", False)])
def test_what_a_shell_runs_in_a_notebook_cannot_be_looked_into(cell: str, opaque: bool) -> None:
    assert imports_of_notebook(notebook(cell)).opaque == opaque


def test_a_notebook_that_changes_its_folder_makes_any_folder_a_root() -> None:
    assert imports_of_notebook(notebook("%cd ..", "import a")).any_root


@pytest.mark.parametrize("content", [b"", b"[]", b'{"cells": 3}', b"{", notebook("import (")])
def test_a_notebook_that_cannot_be_read_reaches_everything(content: bytes) -> None:
    assert imports_of_notebook(content).reaches_everything

"""Files that are no YAML, or YAML that is refused."""

import time

import pytest

from tests.unit.config.examples import problems_of

UNREADABLE = {
    "empty": (b"", ["mlgitlab.yml:1: the file is empty (begin it with `version: 1`)"]),
    "comment only": (b"# nothing\n", ["mlgitlab.yml:1: the file is empty (begin it with `version: 1`)"]),
    "null": (b"---\n~\n", ["mlgitlab.yml:1: the file is empty (begin it with `version: 1`)"]),
    "list": (
        b"- version: 1\n",
        ["mlgitlab.yml:1: expected a mapping, found a list (the file begins with `version: 1`)"],
    ),
    "scalar": (
        b"hello\n",
        ["mlgitlab.yml:1: expected a mapping, found the text 'hello' (the file begins with `version: 1`)"],
    ),
    "two documents": (
        b"version: 1\n---\nversion: 1\n",
        ["mlgitlab.yml:2: a second document starts here (keep one document in the file)"],
    ),
    "latin-1": (b"version: 1\n# \xe9\n", ["mlgitlab.yml:2: not UTF-8 text (save the file as UTF-8)"]),
    "utf-16": ("version: 1\n".encode("utf-16"), ["mlgitlab.yml:1: not UTF-8 text (save the file as UTF-8)"]),
    "control character": (
        b"version: 1\nx: \x07\n",
        ["mlgitlab.yml:2: YAML does not allow the character '\\x07'"],
    ),
    "NUL in a text": (
        b'version: 1\ntemplates: "a\\0b"\n',
        ["mlgitlab.yml:2: a text holds a NUL or half a surrogate pair, which nothing can carry"],
    ),
    "unclosed": (
        b"version: [1\n",
        ["mlgitlab.yml:2:1: not valid YAML: did not find expected ',' or ']'"],
    ),
    "tab": (
        b"version: 1\nmodels:\n\tfraud: {}\n",
        [
            (
                "mlgitlab.yml:3:1: not valid YAML: found character that cannot start any token"
                " (indent with spaces, not with tabs)"
            )
        ],
    ),
    "bare star": (
        b"version: 1\nignore: *.md\n",
        [
            (
                "mlgitlab.yml:2:10: not valid YAML: did not find expected alphabetic or numeric character"
                " (put quotes around a value that starts with *)"
            )
        ],
    ),
    "bare exclamation mark": (
        b"version: 1\nignore:\n- docs\n- !docs/api\n",
        ["mlgitlab.yml:4: the YAML tag '!docs/api' is not allowed (put quotes around a value that starts with !)"],
    ),
    "colon in a text": (
        b"version: 1\ntemplates: a: b\n",
        [
            (
                "mlgitlab.yml:2:13: not valid YAML: mapping values are not allowed in this context"
                " (put quotes around a text that holds `: `)"
            )
        ],
    ),
    "python object": (
        b"version: !!python/object/apply:os.system [id]\n",
        [
            (
                "mlgitlab.yml:1: the YAML tag 'tag:yaml.org,2002:python/object/apply:os.system' is not allowed"
                " (put quotes around a value that starts with !)"
            )
        ],
    ),
    "unknown alias": (
        b"version: *one\n",
        ["mlgitlab.yml:1: the alias *one has no anchor (put quotes around a value that starts with *)"],
    ),
    "recursive alias": (
        b"version: 1\nmodels: &m\n  a: *m\n",
        ["mlgitlab.yml:3: the alias *m stands for a value that holds itself"],
    ),
    "merge of a text": (
        b"version: 1\nmodels:\n  a:\n    <<: b\n",
        ["mlgitlab.yml:4: the merge key << takes a mapping or a list of mappings"],
    ),
    "too deep": (b"version: " + b"[" * 100 + b"]" * 100, ["mlgitlab.yml:1: more than 64 levels deep"]),
}


@pytest.mark.parametrize(("text", "expected"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_is_no_configuration_is_refused_with_its_place(text: bytes, expected: list[str]) -> None:
    assert problems_of(text) == expected


def test_a_billion_laughs_are_refused_quickly() -> None:
    lines = ["version: 1", "a0: &a0 lol"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    started = time.process_time()
    expected = "more than 250000 values, aliases counted as often as they are used"
    assert problems_of("\n".join(lines)) == [f"mlgitlab.yml:8: {expected}"]
    assert time.process_time() - started < 2

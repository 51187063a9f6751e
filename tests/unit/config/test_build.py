"""Values of the wrong type or in the wrong place, and the whole message that each gets."""

import pytest

from tests.unit.config.examples import problems_of

VALUES = {
    "missing version": (
        "models: {}",
        ["mlgitlab.yml:1: the key `version` is missing (begin the file with `version: 1`)"],
    ),
    "other version": ("version: 2", ["mlgitlab.yml:1: version: expected `1`, found the number 2"]),
    "unknown key": ("version: 1\nmodel: {}", ["mlgitlab.yml:2: model: unknown key (did you mean `models`?)"]),
    "unknown key far from any": (
        "version: 1\ncosts: {wheels: 4}",
        ["mlgitlab.yml:2: costs.wheels: unknown key (the keys here are: currency, per_gpu_hour)"],
    ),
    "misspelt command is not also missing": (
        "version: 1\nmodels:\n  fraud:\n    trian: python train.py",
        ["mlgitlab.yml:4: models.fraud.trian: unknown key (did you mean `train`?)"],
    ),
    "key twice": (
        "version: 1\nunmatched: error\nunmatched: nothing",
        ["mlgitlab.yml:3: unmatched: the key comes twice (the first is in line 2)"],
    ),
    "key twice in what a later command reads": (
        "version: 1\nmodels:\n  m: {train: x, retrain: {a: {b: 1, b: 2}}}",
        ["mlgitlab.yml:3: models.m.retrain.a.b: the key comes twice (the first is in line 3)"],
    ),
    "key that is a list": (
        "version: 1\n? [a]\n: b",
        ["mlgitlab.yml:2: a key must be text, found a list"],
    ),
    "missing required key": (
        "version: 1\nmodels:\n  m:\n    train: {outputs: x}",
        [
            (
                "mlgitlab.yml:4: models.m.train: the key `command` is missing"
                " (The shell line, or lines, that do the work. Run from the repository's root.)"
            )
        ],
    ),
    "mapping for a text": (
        "version: 1\ntemplates: {a: b}",
        ["mlgitlab.yml:2: templates: expected text, found a mapping"],
    ),
    "mapping for a list": (
        "version: 1\nignore: {a: b}",
        ["mlgitlab.yml:2: ignore: expected text or a list of text, found a mapping"],
    ),
    "mapping in a list": (
        "version: 1\nmodels:\n  m:\n    train:\n    - a\n    - b: c",
        ["mlgitlab.yml:6: models.m.train.command[1]: expected text, found a mapping"],
    ),
    "list for a mapping": (
        "version: 1\nmodels: [a]",
        ["mlgitlab.yml:2: models: expected a mapping of names, found a list"],
    ),
    "text for a section": (
        "version: 1\ndefaults: python:3.12",
        ["mlgitlab.yml:2: defaults: expected a mapping, found the text 'python:3.12'"],
    ),
    "text for a number": (
        "version: 1\ndefaults: {retry: often}",
        ["mlgitlab.yml:2: defaults.retry: expected a whole number, found the text 'often'"],
    ),
    "number in quotes": (
        'version: 1\ndefaults: {retry: "2"}',
        ["mlgitlab.yml:2: defaults.retry: expected a whole number, found the text '2' (write it without quotes)"],
    ),
    "fraction for a whole number": (
        "version: 1\ndefaults: {retry: 1.5}",
        ["mlgitlab.yml:2: defaults.retry: expected a whole number, found the number 1.5"],
    ),
    "text for true or false": (
        "version: 1\nquality: {lint: {command: x, blocks: maybe}}",
        ["mlgitlab.yml:2: quality.lint.blocks: expected true or false, found the text 'maybe'"],
    ),
    "number without a unit": (
        "version: 1\ndefaults: {timeout: 3600}",
        ["mlgitlab.yml:2: defaults.timeout: expected a duration such as 90m, 1h 30m or 2 days, found the number 3600"],
    ),
    "milliseconds": (
        "version: 1\ndefaults: {timeout: 500ms}",
        ["mlgitlab.yml:2: defaults.timeout: expected a duration such as 90m, 1h 30m or 2 days, found the text '500ms'"],
    ),
    "no GitLab version": (
        "version: 1\ngitlab: {version: latest}",
        ["mlgitlab.yml:2: gitlab.version: expected a GitLab version such as 17.5, found the text 'latest'"],
    ),
    "no such choice": (
        "version: 1\nunmatched: everyting",
        [
            (
                "mlgitlab.yml:2: unmatched: expected `everything`, `nothing` or `error`, found the text 'everyting'"
                " (did you mean `everything`?)"
            )
        ],
    ),
    "excludes alone": (
        'version: 1\nignore: ["!docs"]',
        ['mlgitlab.yml:2: ignore: a list of excludes alone matches nothing; put "**" first to mean everything else'],
    ),
    "braces": (
        "version: 1\nignore: ['*.{md,rst}']",
        ["mlgitlab.yml:2: ignore: '*.{md,rst}': braces are not expanded (as in .gitignore); list each pattern"],
    ),
    "pattern that leaves the repository": (
        "version: 1\nignore: [a/..]",
        ["mlgitlab.yml:2: ignore: 'a/..' leads out of the repository; patterns start at its root"],
    ),
    "variable without a value": (
        "version: 1\ndefaults:\n  variables:\n    A:",
        ['mlgitlab.yml:4: defaults.variables.A: expected text, found nothing (an empty text is written "")'],
    ),
    "name": (
        "version: 1\nquality: {a b: lint}",
        [
            (
                "mlgitlab.yml:2: quality.a b: 'a b' is not a name (letters, digits, `_`, `.` and `-`;"
                " a letter or digit first; at most 63)"
            )
        ],
    ),
    "long wrong value": (
        f"version: 1\nunmatched: {'s' * 100}",
        [f"mlgitlab.yml:2: unmatched: expected `everything`, `nothing` or `error`, found the text '{'s' * 60}'..."],
    ),
}


@pytest.mark.parametrize(("text", "expected"), VALUES.values(), ids=VALUES)
def test_a_wrong_value_gets_a_message_with_its_place(text: str, expected: list[str]) -> None:
    assert problems_of(text) == expected

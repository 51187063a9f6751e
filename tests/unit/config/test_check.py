"""Faults that only the whole configuration, GitLab or git would show."""

import pytest

from mlgitlab.config.parse import parse
from tests.unit.config.examples import problems_of

MODEL = "version: 1\nmodels: {m: {train: x}}\n"


NAMES = {
    "reserved model": (
        "version: 1\nmodels: {data: {train: x}}",
        (
            "f:2: models.data: a model cannot be called `data`"
            " (jobs are called `model:step`, `data:dataset` and `quality:check`; choose another name)"
        ),
    ),
    "reserved GPU type": (
        "version: 1\ngpus: {none: {tags: x}}",
        "f:2: gpus.none: a GPU type cannot be called `none` (`gpu: none` means no GPU; choose another name)",
    ),
    "model without a command": (
        "version: 1\nmodels:\n  m:\n    paths: src",
        "f:3: models.m: the model has no command (give it `train`, `smoke` or `evaluate`)",
    ),
    "dataset that is nowhere": (
        "version: 1\ndatasets:\n  d:",
        "f:3: datasets.d: the dataset is nowhere: no change could ever reach it (give it `path` or `inputs`)",
    ),
    "dataset of a model": (
        "version: 1\nmodels: {m: {train: x, datasets: d}}",
        "f:2: models.m.datasets: there is no dataset 'd' (declare it under `datasets`)",
    ),
    "dataset of an evaluation": (
        "version: 1\nmodels: {m: {evaluate: {command: x, datasets: [d, clams]}}}\ndatasets: {d: d.csv, claims: c.csv}",
        "f:2: models.m.evaluate.datasets[1]: there is no dataset 'clams' (did you mean `claims`?)",
    ),
    "dataset of a quality step": (
        "version: 1\nquality: {lint: {command: x, datasets: e}}\ndatasets: {d: d.csv}",
        "f:2: quality.lint.datasets: there is no dataset 'e' (`datasets` has: d)",
    ),
    "model of a model": (
        "version: 1\nmodels: {m: {train: x, models: n}}",
        "f:2: models.m.models: there is no model 'n' (`models` has: m)",
    ),
    "model of a profile": (
        MODEL + "profiles: {nightly: {models: [m, n]}}",
        "f:3: profiles.nightly.models[1]: there is no model 'n' (`models` has: m)",
    ),
    "model that makes nothing to read": (
        "version: 1\nmodels:\n  m: {train: x, models: n}\n  n: {evaluate: x}",
        (
            "f:3: models.m.models: the model 'n' is never trained, so that it leaves nothing to read"
            " (give it `train`, or take it out of `models.m.models`)"
        ),
    ),
    "GPU type": (
        "version: 1\nmodels: {m: {train: {command: x, gpu: a10}}}\ngpus: {a100: {tags: x}}",
        "f:2: models.m.train.gpu.type: there is no GPU type 'a10' (did you mean `a100`?)",
    ),
    "model that needs itself": (
        "version: 1\nmodels: {m: {train: x, models: m}}",
        (
            "f:2: models.m.models: the models need each other in a circle: m -> m"
            " (take one of them out of the other's `models`)"
        ),
    ),
    "circle of three": (
        "version: 1\nmodels:\n  a: {train: x, models: b}\n  b: {train: x, models: c}\n  c: {train: x, models: [a, b]}",
        (
            "f:3: models.a.models: the models need each other in a circle: a -> b -> c -> a"
            " (take one of them out of the other's `models`)"
        ),
    ),
    "label in two profiles": (
        "version: 1\nprofiles:\n  a: {labels: full}\n  b: {labels: [x, full]}",
        (
            "f:4: profiles.b.labels[1]: the label 'full' already belongs to the profile `a`"
            " (a merge request with it could use either)"
        ),
    ),
}

LIMITS = {
    "empty command": (
        "version: 1\nquality: {lint: ' '}",
        "f:2: quality.lint.command: the command is empty (`true` is a command that does nothing)",
    ),
    "no command lines": (
        "version: 1\nquality: {lint: []}",
        "f:2: quality.lint.command: the command is empty (`true` is a command that does nothing)",
    ),
    "absolute output": (
        "version: 1\nquality: {lint: {command: x, outputs: [a, /tmp/x]}}",
        "f:2: quality.lint.outputs[1]: '/tmp/x' is an absolute path (write it relative to the root of the repository)",
    ),
    "output outside": (
        "version: 1\nquality: {lint: {command: x, outputs: a/../../b}}",
        "f:2: quality.lint.outputs: 'a/../../b' leads out of the repository (a path may not hold `..`)",
    ),
    "output with a dollar": (
        "version: 1\nquality: {lint: {command: x, metrics: $HOME/m}}",
        "f:2: quality.lint.metrics: '$HOME/m' holds a `$` (the runner would expand it; write the path itself)",
    ),
    "empty report": (
        'version: 1\nquality: {lint: {command: x, junit: ""}}',
        "f:2: quality.lint.junit: the path is empty",
    ),
    "source root outside": (
        "version: 1\nsource_roots: [../lib]",
        "f:2: source_roots[0]: '../lib' leads out of the repository (a path may not hold `..`)",
    ),
    "templates outside": (
        "version: 1\ntemplates: /etc",
        "f:2: templates: '/etc' is an absolute path (write it relative to the root of the repository)",
    ),
    "braces in a dataset's path": (
        'version: 1\ndatasets: {d: "data/{a,b}.csv"}',
        "f:2: datasets.d.path: '/data/{a,b}.csv': braces are not expanded (as in .gitignore); list each pattern",
    ),
    "dataset outside": (
        "version: 1\ndatasets: {d: ../d.csv}",
        "f:2: datasets.d.path: '/../d.csv' leads out of the repository; patterns start at its root",
    ),
    "variable's name": (
        "version: 1\ndefaults: {variables: {a-b: 1}}",
        "f:2: defaults.variables.a-b: 'a-b' is not a variable's name (letters, digits and `_`; no digit first)",
    ),
    "reserved variable": (
        "version: 1\nmodels: {m: {train: {command: x, variables: {CI_JOB_TOKEN: 1}}}}",
        (
            "f:2: models.m.train.variables.CI_JOB_TOKEN: the variable 'CI_JOB_TOKEN' is reserved"
            " (names that begin with CI_, GITLAB_, MLGITLAB_ are set by GitLab and mlgitlab)"
        ),
    ),
    "fifty tags": (
        f"version: 1\ndefaults: {{tags: [{', '.join(f't{n}' for n in range(50))}]}}",
        "f:2: defaults.tags: 50 tags; GitLab allows fewer than 50 for a job",
    ),
    "empty tag": ('version: 1\ndefaults: {tags: ["x", ""]}', "f:2: defaults.tags[1]: the tag is empty"),
    "GPU type without tags": (
        "version: 1\ngpus: {a100: {tags: []}}",
        (
            "f:2: gpus.a100.tags: a GPU type needs at least one tag"
            " (without one, the job would run on a runner without a GPU)"
        ),
    ),
    "no GPU at all": (
        "version: 1\nmodels: {m: {train: x, gpu: {type: t, count: 0}}}",
        "f:2: models.m.gpu.count: 0 is less than 1",
    ),
    "no jobs": ("version: 1\ngitlab: {max_jobs: 0}", "f:2: gitlab.max_jobs: 0 is less than 1"),
    "three retries": (
        "version: 1\ndefaults: {retry: 3}",
        "f:2: defaults.retry: 3 is not between 0 and 2 (GitLab repeats a job at most twice)",
    ),
    "three key files": (
        "version: 1\ndefaults: {cache: {key_files: [a, b, c], paths: x}}",
        "f:2: defaults.cache.key_files: 3 files; GitLab takes one or two for a cache key",
    ),
    "cache of nothing": (
        "version: 1\ndefaults: {cache: {key_files: a, paths: []}}",
        "f:2: defaults.cache.paths: a cache needs at least one path",
    ),
    "cache outside": (
        "version: 1\ndefaults: {cache: {key_files: a, paths: [/root/.cache]}}",
        (
            "f:2: defaults.cache.paths[0]: '/root/.cache' is an absolute path"
            " (write it relative to the root of the repository)"
        ),
    ),
    "branch that git takes for an option": (
        "version: 1\nbaseline: {default_branch: --upload-pack=x}",
        "f:2: baseline.default_branch: '--upload-pack=x' cannot be a branch",
    ),
    "no branch": (
        'version: 1\nbaseline: {default_branch: ""}',
        "f:2: baseline.default_branch: '' cannot be a branch",
    ),
    "empty tag pattern": (
        'version: 1\nbaseline: {tag_pattern: ""}',
        'f:2: baseline.tag_pattern: an empty pattern matches no tag ("*" stands for every tag)',
    ),
    "unknown store": (
        "version: 1\nstore: ftp://me:secret@host/x",
        "f:2: store.url: the address is neither a folder nor a bucket (write `file:///folder` or `s3://bucket/prefix`)",
    ),
    "endpoint": (
        "version: 1\nstore: {url: s3://b, endpoint_url: minio}",
        "f:2: store.endpoint_url: the address does not begin with http:// or https://",
    ),
    "token's name": (
        "version: 1\nstore: {url: s3://b, id_token: {name: a b, aud: x}}",
        "f:2: store.id_token.name: 'a b' is not a variable's name",
    ),
}

PARAMETERS = {
    "name": (
        "Epochs: {type: integer}",
        (
            "f:2: parameters.Epochs: 'Epochs' is not a parameter's name"
            " (small letters, digits and `_`, a letter first: it becomes part of a variable's name)"
        ),
    ),
    "default of another type": (
        "p: {type: integer, default: many}",
        "f:2: parameters.p.default: expected a whole number, found 'many'",
    ),
    "default that is no option": (
        "p: {options: [a, b], default: c}",
        "f:2: parameters.p.default: 'c' is none of 'a', 'b'",
    ),
    "option of another type": (
        "p: {type: boolean, options: [true, perhaps]}",
        "f:2: parameters.p.options[1]: expected true or false, found 'perhaps'",
    ),
    "default that does not match": (
        "p: {pattern: '[a-z]+', default: A}",
        "f:2: parameters.p.default: 'A' does not match '[a-z]+'",
    ),
    "pattern": (
        "p: {pattern: '('}",
        (
            "f:2: parameters.p.pattern: '(' is not a regular expression:"
            " missing ), unterminated subpattern at position 0"
        ),
    ),
    "pattern of a number": (
        "p: {type: number, pattern: x}",
        "f:2: parameters.p.pattern: a pattern is for strings; the type is number",
    ),
    "minimum of a text": (
        "p: {minimum: 1}",
        "f:2: parameters.p.minimum: a minimum is for numbers; the type is string",
    ),
    "nothing between": (
        "p: {type: integer, minimum: 2, maximum: 1}",
        "f:2: parameters.p.maximum: the maximum 1 is less than the minimum 2",
    ),
    "default too large": (
        "p: {type: number, maximum: 0.5, default: 0.6}",
        "f:2: parameters.p.default: 0.6 is more than 0.5",
    ),
    "timeout from a text": (
        "p: {sets: timeout}",
        "f:2: parameters.p.sets: only a duration can set the timeout; the type is string",
    ),
    "two timeouts": (
        "p: {type: duration, sets: timeout}, q: {type: duration, sets: timeout}",
        "f:2: parameters.q.sets: the parameter `p` sets the timeout already",
    ),
}
FAULTY = (
    NAMES
    | LIMITS
    | {f"parameter: {name}": (f"version: 1\nparameters: {{{text}}}", said) for name, (text, said) in PARAMETERS.items()}
)


@pytest.mark.parametrize(("text", "expected"), FAULTY.values(), ids=FAULTY)
def test_a_contradiction_is_refused_with_its_place(text: str, expected: str) -> None:
    assert problems_of(text, "f") == [expected]


ALLOWED = {
    "any GPU where none is declared": "version: 1\nmodels: {m: {train: {command: x, gpu: a10}}}",
    "no GPU where some are declared": "version: 1\nmodels: {m: {train: {command: x, gpu: none}}}\ngpus: {a: {tags: x}}",
    "globs in outputs": "version: 1\nmodels: {m: {train: {command: x, outputs: 'reports/*.json'}}}",
    "a URI with braces": 'version: 1\ndatasets: {d: "s3://b/{a,b}"}',
    "two models that share one": (
        "version: 1\nmodels: {a: {train: x, models: [b, c]}, b: {train: x, models: c}, c: {smoke: x}}"
    ),
    "a label twice in one profile": "version: 1\nprofiles: {a: {labels: [x, x]}}",
    "49 tags": f"version: 1\ndefaults: {{tags: [{', '.join(f't{n}' for n in range(49))}]}}",
    "the root as a source root": "version: 1\nsource_roots: .",
    "a folder as a store": "version: 1\nstore: file:///srv/models",
    "a branch with a slash": "version: 1\nbaseline: {default_branch: release/1.x}",
}


@pytest.mark.parametrize("text", ALLOWED.values(), ids=ALLOWED)
def test_what_is_unusual_but_right_is_accepted(text: str) -> None:
    assert parse(text.encode(), "f").config.version == 1


def test_a_chain_of_models_may_be_longer_than_the_stack_is_deep() -> None:
    chain = "\n".join(f"  m{n}: {{train: x, models: m{n + 1}}}" for n in range(5000))
    (problem,) = problems_of(f"version: 1\nmodels:\n{chain}\n  m5000: {{train: x, models: m0}}", "f")
    assert "circle: m0 -> m1 -> m2 -> m3 -> m4 -> m5 -> ... -> m0 " in problem


def test_a_rule_that_reads_an_answer_which_the_predictions_do_not_have_is_found() -> None:
    text = MODEL.replace(
        "{train: x}", "{train: x, evaluate: {command: e, predictions: {file: p.csv, %s}}, gates: {%s}}"
    )
    rules = "metrics: {roc_auc: {margin: 0.1}, accuracy: {margin: 0.1}}"
    [only_scores] = problems_of(text % ("score: p", rules))
    assert "gates.metrics.accuracy: the rule reads `prediction`, and the predictions have none" in only_scores
    [only_classes] = problems_of(text % ("prediction: p", rules))
    assert "gates.metrics.roc_auc: the rule reads `score`" in only_classes
    parse((text % ("prediction: p, score: q", rules)).encode(), "f")

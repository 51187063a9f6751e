"""Values that GitLab, git or the shell would refuse, or that lead out of the project."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlgitlab.config import walk
from mlgitlab.config.faults import Finding
from mlgitlab.config.scalars import Globs
from mlgitlab.config.schema import Config
from mlgitlab.config.wording import quoted

# https://docs.gitlab.com/ci/yaml/#tags: fewer than 50; #retry: at most 2; #cachekeyfiles: at most two files
MOST_TAGS = 49
MOST_RETRIES = 2
MOST_KEY_FILES = 2
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED_VARIABLES = ("CI_", "GITLAB_", "MLGITLAB_")
# What `git check-ref-format` forbids anywhere in a name, and a leading `-`, which git would read as an option.
_BAD_BRANCH = re.compile(r"^-|[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{")


def check(config: Config) -> Iterator[Finding]:
    """Every value outside its limits."""
    yield from _commands(config)
    yield from _paths(config)
    yield from _dataset_paths(config)
    yield from _variables(config)
    yield from _tags(config)
    yield from _numbers(config)
    yield from _cache(config)
    yield from _baseline(config)
    yield from _store(config)


def _commands(config: Config) -> Iterator[Finding]:
    for path, step in walk.steps(config):
        if not any(line.strip() for line in step.command):
            yield Finding(
                path=f"{path}.command", what="the command is empty", hint="`true` is a command that does nothing"
            )


def _paths(config: Config) -> Iterator[Finding]:
    places = [(f"source_roots[{index}]", root) for index, root in enumerate(config.source_roots)]
    for name, model in config.models.items():
        places += ((f"models.{name}.source_roots[{index}]", root) for index, root in enumerate(model.source_roots))
    for path, step in walk.steps(config):
        places += ((f"{path}.outputs[{index}]", output) for index, output in enumerate(step.outputs))
        places += (
            (f"{path}.{key}", file)
            for key, file in (("metrics", step.metrics), ("junit", step.junit))
            if file is not None
        )
        if step.predictions:
            places.append((f"{path}.predictions.file", step.predictions.file))
            places.append((f"{path}.predictions.trained_on", step.predictions.trained_on or step.predictions.file))
    if config.templates is not None:
        places.append(("templates", config.templates))
    for key, text in places:
        yield from _inside(key, text)


def _inside(key: str, path: str) -> Iterator[Finding]:
    """A path that stays in the project. The runner expands `$` in the paths of artifacts and caches."""
    if not path.strip():
        yield Finding(path=key, what="the path is empty")
    elif path.startswith("/"):
        what = f"{quoted(path)} is an absolute path"
        yield Finding(path=key, what=what, hint="write it relative to the root of the repository")
    elif ".." in path.split("/"):
        yield Finding(path=key, what=f"{quoted(path)} leads out of the repository", hint="a path may not hold `..`")
    elif "$" in path:
        yield Finding(
            path=key, what=f"{quoted(path)} holds a `$`", hint="the runner would expand it; write the path itself"
        )


def _dataset_paths(config: Config) -> Iterator[Finding]:
    """Paths of datasets are matched against changed files, so what fits no file must not pass in silence."""
    for name, dataset in config.datasets.items():
        for key, path in (("path", dataset.path), ("schema", dataset.schema)):
            if path is None or "://" in path:
                continue
            try:
                Globs.parse((f"/{path}",) if path.strip() else ("",))
            except ValueError as error:
                yield Finding(path=f"datasets.{name}.{key}", what=str(error))


def _variables(config: Config) -> Iterator[Finding]:
    for path, variables in walk.variables(config):
        for name in variables:
            if not _VARIABLE.fullmatch(name):
                hint = "letters, digits and `_`; no digit first"
                yield Finding(path=f"{path}.{name}", what=f"{quoted(name)} is not a variable's name", hint=hint)
            elif name.startswith(_RESERVED_VARIABLES):
                hint = f"names that begin with {', '.join(_RESERVED_VARIABLES)} are set by GitLab and mlgitlab"
                yield Finding(path=f"{path}.{name}", what=f"the variable {quoted(name)} is reserved", hint=hint)


def _tags(config: Config) -> Iterator[Finding]:
    for path, tags in walk.tags(config):
        if len(tags) > MOST_TAGS:
            yield Finding(path=path, what=f"{len(tags)} tags; GitLab allows fewer than {MOST_TAGS + 1} for a job")
        for index, tag in enumerate(tags):
            if not tag.strip():
                yield Finding(path=f"{path}[{index}]", what="the tag is empty")


def _numbers(config: Config) -> Iterator[Finding]:
    limits = config.gitlab
    least_one = [(f"{path}.count", gpu.count) for path, gpu in walk.gpus(config)]
    least_one += [
        (f"gitlab.{key}", number)
        for key in ("max_jobs", "max_needs", "max_yaml_bytes", "max_archive_bytes")
        if (number := getattr(limits, key)) is not None
    ]
    for path, number in least_one:
        if number < 1:
            yield Finding(path=path, what=f"{number} is less than 1")
    if not 0 <= config.defaults.retry <= MOST_RETRIES:
        what = f"{config.defaults.retry} is not between 0 and {MOST_RETRIES}"
        yield Finding(path="defaults.retry", what=what, hint="GitLab repeats a job at most twice")


def _cache(config: Config) -> Iterator[Finding]:
    cache = config.defaults.cache
    if not cache:
        return
    if not 1 <= len(cache.key_files) <= MOST_KEY_FILES:
        what = f"{len(cache.key_files)} files; GitLab takes one or two for a cache key"
        yield Finding(path="defaults.cache.key_files", what=what)
    if not cache.paths:
        yield Finding(path="defaults.cache.paths", what="a cache needs at least one path")
    for key, paths in (("key_files", cache.key_files), ("paths", cache.paths)):
        for index, path in enumerate(paths):
            yield from _inside(f"defaults.cache.{key}[{index}]", path)


def _baseline(config: Config) -> Iterator[Finding]:
    branch = config.baseline.default_branch
    if branch is not None and (not branch or _BAD_BRANCH.search(branch)):
        yield Finding(path="baseline.default_branch", what=f"{quoted(branch)} cannot be a branch")
    if not config.baseline.tag_pattern:
        hint = '"*" stands for every tag'
        yield Finding(path="baseline.tag_pattern", what="an empty pattern matches no tag", hint=hint)


def _store(config: Config) -> Iterator[Finding]:
    store = config.store
    if not store:
        return
    if not re.match(r"file:.|s3://[^/]", store.url):  # not shown: an address can hold a password
        hint = "write `file:///folder` or `s3://bucket/prefix`"
        yield Finding(path="store.url", what="the address is neither a folder nor a bucket", hint=hint)
    if store.endpoint_url is not None and not re.match(r"https?://[^/]", store.endpoint_url):
        yield Finding(path="store.endpoint_url", what="the address does not begin with http:// or https://")
    if store.id_token:
        if not _VARIABLE.fullmatch(store.id_token.name):
            what = f"{quoted(store.id_token.name)} is not a variable's name"
            yield Finding(path="store.id_token.name", what=what)
        if not store.id_token.aud:
            yield Finding(path="store.id_token.aud", what="the audience is empty")

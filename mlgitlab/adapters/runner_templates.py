"""Templates of runner configurations: Jinja2 files whose every `{{ ... }}` becomes one whole value of TOML or YAML."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import jinja2
import yaml
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mlgitlab.errors import ConfigError, Problem, WorldError
from mlgitlab.runner.profile import Profile, values
from mlgitlab.runners import Token


class _Bare(str):
    """Text that stands as it is: names out of our own tables, and text that was rendered already."""

    __slots__ = ()


def config_toml(profile: Profile) -> str:
    """A whole config.toml with this runner, its token left out."""
    return _toml("config.toml.j2", values(profile))


def runner_toml(profile: Profile, token: Token, at: str) -> str:
    """The `[[runners]]` table of a runner that GitLab knows, for an existing config.toml. `at`: the time in UTC."""
    return _toml(profile.template, values(profile, token=token, at=at))


def settings_toml(profile: Profile) -> str:
    """The same without name, address, number and token, for `gitlab-runner register --template-config`.

    https://docs.gitlab.com/runner/register/#register-with-a-configuration-template.
    """
    return _toml(profile.template, values(profile, enrolled=False))


def helm_yaml(profile: Profile, secret: str) -> str:
    """Values of the Helm chart gitlab-runner. `secret`: the name of the secret with the runner's token."""
    inner = settings_toml(profile)
    indented = "".join(f"    {line}" if line.strip() else line for line in inner.splitlines(keepends=True))
    facts = {**values(profile), "secret": secret, "inner": _Bare(indented.rstrip("\n"))}
    text = _rendered("helm.yaml.j2", facts)
    if yaml.safe_load(text)["runners"]["config"] != inner:
        raise WorldError("the configuration cannot be written as YAML", "use printable names")
    return text


def inner_toml(text: str, where: str) -> str:
    """The configuration in values of the Helm chart; ConfigError where there is none."""
    try:
        found = yaml.safe_load(text)["runners"]["config"]
    except (yaml.YAMLError, ValueError, LookupError, TypeError):
        found = None
    if not isinstance(found, str):
        raise ConfigError((Problem(where=where, what="no `runners.config` with a text"),), where=where)
    return found


def retry_yaml(reasons: tuple[str, ...]) -> str:
    """The `retry` of jobs that run where machines are taken away. `reasons`: values of `retry:when`."""
    return _rendered("retry.yaml.j2", {"retry_when": reasons})


def _toml(template: str, facts: Mapping[str, object]) -> str:
    text = _rendered(template, facts)
    tomllib.loads(text)  # a template of ours that makes no TOML is a bug, and nothing for a runner to find
    return text


def _rendered(template: str, facts: Mapping[str, object]) -> str:
    text = _environment().get_template(template).render(facts)
    lines = (line.rstrip() for line in text.split("\n"))
    return "\n".join(lines).strip("\n") + "\n"


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(_folder()),
        undefined=jinja2.StrictUndefined,
        finalize=_literal,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["bare"] = _Bare
    return environment


def _folder() -> Path:
    """Where the templates are: in the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "runner-config" / "templates"
    return installed if installed.is_dir() else package.parent / "runner-config" / "templates"


def _literal(value: object) -> str:
    """A value as JSON, which TOML and YAML read as well when nothing in it looks like the end of a line."""
    if isinstance(value, _Bare):
        return value
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    return character if character.isprintable() else f"\\U{ord(character):08X}"

"""Registering a runner: created in GitLab, written into config.toml, and never twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from mlgitlab.errors import MlgitlabError, UsageError, WorldError
from mlgitlab.paths import printable
from mlgitlab.runner.config_file import NEW, Entry, added, concurrency, entries, removed, renewed
from mlgitlab.runner.world import ConfigToml, Enroller
from mlgitlab.runners import LEAST_TIMEOUT, LONGEST_NOTE, Owner, RunnerApi, Settings, Token

# A file that cannot be edited is found before anything is asked of GitLab.
_TRIAL = Token(id=1, secret="glrt-trial")  # noqa: S106 (no token of anybody's)
_URL = re.compile(r"(?:https?://)?([^/]+)(/.*|)", re.IGNORECASE)


class Action(StrEnum):
    """What a registration came to."""

    REGISTERED = "registered"
    UPDATED = "updated"
    REPLACED = "replaced"  # GitLab no longer knew the runner of that name


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The runner that there shall be. name: by which config.toml and a second call know it."""

    url: str
    owner: Owner
    name: str
    settings: Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """How a runner looks in config.toml: with what `register` knows, and what gitlab-runner is given to fill in."""

    whole: Callable[[Token], str]
    settings: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What was done. notes: what the user should know or do."""

    id: int
    action: Action
    notes: tuple[str, ...] = ()


def check(wanted: Wanted) -> None:
    """UsageError for what GitLab would refuse, before anything is asked of it."""
    settings = wanted.settings
    if not settings.tags and not settings.run_untagged:
        raise UsageError("a runner without tags that runs no untagged jobs runs none", "give --tag, or --run-untagged")
    if settings.maximum_timeout is not None and settings.maximum_timeout < LEAST_TIMEOUT:
        raise UsageError("--maximum-timeout is less than GitLab accepts", f"at least {LEAST_TIMEOUT // 60} minutes")
    if len(settings.note) > LONGEST_NOTE:
        raise UsageError("--note is too long", f"at most {LONGEST_NOTE} characters")


def register(
    wanted: Wanted, api: RunnerApi, config: ConfigToml, blocks: Blocks, *, at: str, enroll: Enroller | None = None
) -> Registered:
    """Create the runner and write it into config.toml, or change the one that is there.

    A runner of that name and address in config.toml is that runner; one without a token, as `runner config` writes it,
    gets one. Should writing fail, what was created is deleted again. `at`: the time in UTC. Raises what `api` and
    `config` raise, and UsageError for two runners of one name.
    """
    check(wanted)
    with config.locked():
        text = config.read()
        found = known(entries(text, config.where), wanted.url, wanted.name)
        if found and found.id and api.get(found.id):
            api.update(found.id, wanted.settings)
            return Registered(id=found.id, action=Action.UPDATED, notes=_notes(text, config.where))
        config.check_writable()
        written = _writing(text, found, blocks, at, config.where)
        written(_TRIAL)
        token = api.create(wanted.owner, wanted.settings)
        with _undone(api, config, token):
            if enroll and not found:
                enroll(token, blocks.settings(), wanted.name, wanted.url)
            else:
                config.write(written(token))
        action = Action.REPLACED if found and found.id else Action.REGISTERED
        return Registered(id=token.id, action=action, notes=_notes(config.read(), config.where))


def _writing(text: str, found: Entry | None, blocks: Blocks, at: str, where: str) -> Callable[[Token], str]:
    """How a token gets into the file."""
    if found:
        return lambda token: renewed(text, found.position, token, at, where)
    return lambda token: added(text or NEW, blocks.whole(token), where)


def rotate(number: int, url: str, api: RunnerApi, config: ConfigToml, *, at: str) -> None:
    """Give a runner of config.toml a new token. The old one is worth nothing from then on."""
    with config.locked():
        text = config.read()
        entry = by_number(entries(text, config.where), url, number)
        if entry is None:
            raise UsageError(
                f"{config.where} has no runner {number} of {url}",
                "run it on the runner's own host: the new token is written there, and shown nowhere",
            )
        config.check_writable()
        renewed(text, entry.position, _TRIAL, at, config.where)
        token = api.rotate(number)
        try:
            config.write(renewed(text, entry.position, token, at, config.where))
        except MlgitlabError as error:
            hint = f"runner {number} has a new token now that is not in {config.where}: run the command again"
            raise WorldError(error.message, hint) from None


def unregister(number: int, url: str, api: RunnerApi, config: ConfigToml) -> bool:
    """Delete a runner, in GitLab first, and take it out of config.toml; whether it was there."""
    with config.locked():
        text = config.read()
        entry = by_number(entries(text, config.where), url, number)
        if entry is None:
            api.delete(number)
            return False
        config.check_writable()
        rest = removed(text, entry.position, config.where)
        api.delete(number)
        config.write(rest)
        return True


def known(found: tuple[Entry, ...], url: str, name: str) -> Entry | None:
    """The runner of that address and name; its number is 0 where it has no token yet.

    UsageError where there are two, and for one with a token whose number is not written.
    """
    same = [entry for entry in found if entry.name == name and _same_address(entry.url, url)]
    if len(same) > 1:
        raise UsageError(f"config.toml has {len(same)} runners called {name!r}", "choose another --name")
    if same and same[0].token and not same[0].id:
        raise UsageError(
            f"config.toml has a runner called {name!r} without its `id`, so nobody can say which of GitLab's it is",
            "write its number (Settings > CI/CD > Runners) as `id` into its table, or choose another --name",
        )
    return same[0] if same else None


def by_number(found: tuple[Entry, ...], url: str, number: int) -> Entry | None:
    """The runner of that address and number."""
    return next((entry for entry in found if entry.id == number and _same_address(entry.url, url)), None)


def _same_address(one: str, other: str) -> bool:
    return _address(one) == _address(other)


def _address(url: str) -> tuple[str, str]:
    """Host with port, and path: letter case of a host and a slash at the end make no other address."""
    found = _URL.fullmatch(url.strip())
    return (found[1].lower(), found[2].rstrip("/")) if found else ("", url)


def _notes(text: str, where: str) -> tuple[str, ...]:
    runners = entries(text, where)
    at_once, wished = concurrency(text, where), sum(entry.limit or 1 for entry in runners)
    if at_once < wished:
        what = f"`concurrent = {at_once}` in {where} lets fewer jobs run at once than its {len(runners)} runners would"
        return (f"{what}: {wished} would be enough for all",)
    return ()


@contextmanager
def _undone(api: RunnerApi, config: ConfigToml, token: Token) -> Iterator[None]:
    """Delete what was created if what follows fails, unless config.toml holds it all the same."""
    try:
        yield
    except MlgitlabError as error:
        if _holds(config, token):
            hint = f"{config.where} holds runner {token.id} nevertheless: see `gitlab-runner verify`"
        else:
            hint = _deleted(api, token.id)
        hint = f"{error.hint}; {hint}" if error.hint else hint
        raise WorldError(printable(error.message.replace(token.secret, "[masked]")), hint) from None
    except BaseException:
        if not _holds(config, token):
            _deleted(api, token.id)
        raise


def _holds(config: ConfigToml, token: Token) -> bool:
    try:
        return any(entry.token == token.secret for entry in entries(config.read(), config.where))
    except MlgitlabError:
        return False


def _deleted(api: RunnerApi, number: int) -> str:
    try:
        api.delete(number)
    except MlgitlabError as error:
        return (
            f"runner {number} was created, is in no config.toml, and could not be deleted again ({error.message}): "
            f"delete it by `mlgitlab runner unregister {number}`"
        )
    return f"runner {number}, which had been created, was deleted again: mend this, and run the command again"

"""A command group that lists its subcommands without importing them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """Imports a subcommand's module when it is called.

    `subcommands`: names and their help, in the order they are listed. `modules`: the module of a subcommand, with `{}`
    for its name (a hyphen becomes an underscore), or for what `places` has for that name; the module holds it as
    `command`. Commands that were added in the ordinary way come after these.
    """

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        modules: str,
        subcommands: Mapping[str, str],
        places: Mapping[str, str] | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs)
        self._modules = modules
        self._places = places or {}
        self._subcommands = subcommands

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of a user's day."""
        return [*self._subcommands, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported."""
        if cmd_name not in self._subcommands:
            return super().get_command(ctx, cmd_name)
        place = self._places.get(cmd_name) or cmd_name.replace("-", "_")
        command = importlib.import_module(self._modules.format(place)).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands, without importing one."""
        own = [(name, command.get_short_help_str()) for name, command in sorted(self.commands.items())]
        with formatter.section("Commands"):
            formatter.write_dl([*self._subcommands.items(), *own])

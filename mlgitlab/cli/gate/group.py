"""`mlgitlab gate`: judge a model, or try the gates themselves."""

from __future__ import annotations

import click

from mlgitlab.cli.lazy import LazyGroup

_SUBCOMMANDS = {
    "judge": "Judge a model by the rules of its gates. `gate MODEL` is `gate judge MODEL`.",
    "drill": "Try the gates: each must fail a model that deserves it.",
}


class JudgeByDefault(LazyGroup):
    """A group that takes what is no subcommand for the arguments of `judge`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `judge` in front, unless a subcommand or the help is asked for."""
        known = {*self.list_commands(ctx), *ctx.help_option_names}
        return super().parse_args(ctx, ["judge", *args] if args and args[0] not in known else args)


@click.group("gate", cls=JudgeByDefault, modules="mlgitlab.cli.gate.{}", subcommands=_SUBCOMMANDS)
def command() -> None:
    """Judge a model by the rules of `gates`, and keep the verdict with it; or try the rules.

    Needs the extra `gate`: pip install "mlgitlab[gate]".
    """

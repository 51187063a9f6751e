"""`mlgitlab runner pause`."""

from __future__ import annotations

from mlgitlab.cli.runner.pausing import pausing

command = pausing("pause", "Let RUNNER take no more jobs; those that run go on.", "is paused", paused=True)

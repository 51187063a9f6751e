"""`mlgitlab runner resume`."""

from __future__ import annotations

from mlgitlab.cli.runner.pausing import pausing

command = pausing("resume", "Let RUNNER take jobs again.", "takes jobs again", paused=False)

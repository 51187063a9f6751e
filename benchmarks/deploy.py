"""What users see while models come and go behind nginx: half a minute of load, as a table for docs/deploy.md.

python -m benchmarks.deploy
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from scripts.deploy_story import SHARE, play, waiting
from tests.nginx_host import MISSING
from tests.nginx_project import project

PAUSE = 7


def main() -> int:
    """Print the table; 1 where a request failed."""
    if MISSING:
        print(MISSING, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        for name in ("story", "waiting"):
            (Path(folder) / name).mkdir()
        with project(Path(folder) / "story") as made:
            told = play(made, PAUSE, lambda line: print(line, file=sys.stderr))
        with project(Path(folder) / "waiting") as made:
            alone, shadowed = waiting(made, 3, 2)
    rows = {
        "load": f"{told.seconds:.0f} s, {told.requests} requests on 4 connections that are kept",
        "failed requests": told.failed,
        "requests sent again on a connection that was closed unanswered": told.again,
        f"users of a {SHARE:.0%} canary": f"{told.share:.2%} of {told.canary_users} "
        f"(binomial bound {SHARE - told.bound:.2%} to {SHARE + told.bound:.2%})",
        "users that got both models within one step": told.torn,
        "answers of the canary whose errors rose": told.answers_of_failing,
        "median latency, alone and with a shadow that takes 500 ms for 10 % of the requests": f"{alone * 1000:.2f} ms "
        f"and {shadowed * 1000:.2f} ms: {shadowed / alone:.3f} times",
    }
    print("| measured | |\n|---|---|")
    print("\n".join(f"| {name} | {value} |" for name, value in rows.items()))
    return 1 if told.failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Ends a process group whose supervisor was killed by force (SIGKILL, out of memory), and so could not do it itself."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator, Mapping

# Standard input ends without a line only where whoever holds its other end is gone. The numbers come as arguments.
_SCRIPT = """\
read -r line && exit
kill -s TERM -- "-$1" || exit
left=$2
while [ "$left" -gt 0 ] && kill -s 0 -- "-$1"; do sleep 1; left=$((left - 1)); done
kill -s KILL -- "-$1"
"""


@contextlib.contextmanager
def guarded(group: int, grace: float, environ: Mapping[str, str]) -> Iterator[None]:
    """While this lasts, the death of our process ends the group: SIGTERM, and SIGKILL after `grace` seconds.

    Raises OSError where no `sh` can be started.
    """
    reading, writing = os.pipe()  # neither is inherited, so that nobody else holds the writing end
    try:
        guardian = subprocess.Popen(
            ["sh", "-c", _SCRIPT, "mlgitlab-guardian", str(group), str(max(1, round(grace)))],
            stdin=reading,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": environ.get("PATH", os.defpath)},
            start_new_session=True,  # what is sent to our group is not meant for it
        )
    except OSError:
        os.close(writing)
        raise
    finally:
        os.close(reading)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.write(writing, b"\n")
        os.close(writing)
        guardian.wait()

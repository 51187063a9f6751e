"""`python -m scripts.screenshots`: the pictures of a verdict's page in docs/images, by a real Chromium.

They are of made-up verdicts: tests/verdicts.py. With `pngquant` installed they become a third as large.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mlgitlab.cli.wiring.gate_report import page
from scripts import chromium
from tests import verdicts

OUT = Path(__file__).parent.parent / "docs" / "images"
PICTURES = {"gate-report-light.png": (verdicts.passing, False), "gate-report-dark.png": (verdicts.failing, True)}
_WIDTH, _HEIGHT = 1180, 1480
_LARGEST = 150_000  # bytes


def main() -> int:
    """Take each picture anew; 2 where a tool is missing, 1 where one is too large for a repository."""
    if not chromium.executable():
        print("Chromium is not installed: apt-get install --no-install-recommends chromium", file=sys.stderr)
        return 2
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium.tab() as tab:
        for name, (verdict, dark) in PICTURES.items():
            file = Path(folder, "page.html")
            file.write_bytes(page(verdict()))
            tab.open(file.as_uri(), width=_WIDTH, height=_HEIGHT, dark=dark)
            content = _smaller(tab.picture())
            (OUT / name).write_bytes(content)
            print(f"docs/images/{name}: {len(content):,} bytes")
            if len(content) > _LARGEST:
                return 1
    return 0


def _smaller(picture: bytes) -> bytes:
    """The picture in 256 colours, where there is a program for that."""
    program = shutil.which("pngquant")
    if not program:
        return picture
    return subprocess.run(
        [program, "--strip", "--speed", "1", "-"], input=picture, stdout=subprocess.PIPE, check=True
    ).stdout


if __name__ == "__main__":
    sys.exit(main())

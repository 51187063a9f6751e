"""Write Swift's three rings; runs with the Python of the environment that holds Swift.

python swift_rings.py FOLDER ACCOUNT_PORT CONTAINER_PORT OBJECT_PORT
"""

from __future__ import annotations

import sys
from pathlib import Path

from swift.common.ring import RingBuilder  # type: ignore[import-not-found]


def main(folder: Path, ports: list[int]) -> None:
    """One device with one replica for each kind of server."""
    for name, port in zip(("account", "container", "object"), ports, strict=True):
        builder = RingBuilder(4, 1, 0)
        builder.add_dev(
            {"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "d1", "weight": 1.0, "meta": ""}
        )
        builder.rebalance()
        builder.get_ring().save(str(folder / f"{name}.ring.gz"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(port) for port in sys.argv[2:]])

"""Judge the churn model on the customers that training held out."""

from __future__ import annotations

from pathlib import Path

import rows

from training import metrics, params
from training.network import Network


def main() -> None:
    """Write the model's metrics."""
    _, _, x, y = rows.split(params.read(__file__))
    metrics.write(metrics.judge(y, Network.load(Path("out/churn/model.npz")).probabilities(x)))


if __name__ == "__main__":
    main()

"""Judge the churn model on the customers that training held out."""

from __future__ import annotations

from pathlib import Path

import rows

from training import metrics, params, tables
from training.network import Network


def main() -> None:
    """Write the model's metrics."""
    settings = params.read(__file__)
    _, _, x, y = rows.split(settings)
    probabilities = Network.load(Path("out/churn/model.npz")).probabilities(x)
    metrics.write(metrics.judge(y, probabilities))
    table = tables.read(Path("data/customers.csv"))
    _, held_out = rows.numbers(settings, table)
    metrics.write_answers(held_out, y, probabilities, {"plan": table["plan"][held_out]})


if __name__ == "__main__":
    main()

"""Train the model that tells which customers may leave."""

from __future__ import annotations

import argparse
from pathlib import Path

import rows
from sklearn.linear_model import LogisticRegression

from training import params, tables
from training.network import Network


def main() -> None:
    """Train on all rows that are not held out, or on the first few."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, help="train on this many rows only")
    limit = parser.parse_args().rows
    settings = params.read(__file__)
    x, y, _, _ = rows.split(settings)
    model = LogisticRegression(C=settings["inverse_penalty"], max_iter=1000).fit(x[:limit], y[:limit])
    Network.of([model.coef_.T], [model.intercept_]).save(Path("out/churn/model.npz"))
    # Whoever judges the model must use other customers.
    trained_on, _ = rows.numbers(settings, tables.read(Path("data/customers.csv")))
    Path("out/churn/rows.txt").write_text("".join(f"{row}\n" for row in trained_on[:limit]), "utf-8")


if __name__ == "__main__":
    main()

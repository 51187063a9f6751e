"""Judge the student on payments that neither it nor its teacher has seen."""

from __future__ import annotations

from pathlib import Path

from features import transactions
from training import metrics, tables
from training.network import Network


def main() -> None:
    """Write the student's metrics."""
    table = tables.read(Path("data/transactions-late.csv"))
    model = Network.load(Path("out/student/model.npz"))
    metrics.write(metrics.judge(table["fraud"], model.probabilities(transactions.build(table))))


if __name__ == "__main__":
    main()

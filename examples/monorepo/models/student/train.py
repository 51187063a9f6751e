"""Distil the fraud model: a single layer learns the odds that the network answers with."""

from __future__ import annotations

from pathlib import Path

from sklearn.linear_model import Ridge

from features import transactions
from training import params, tables
from training.network import Network


def main() -> None:
    """The teacher's odds say more than the labels, which are only 0 and 1."""
    settings = params.read(__file__)
    x = transactions.build(tables.read(Path("data/transactions.csv")))
    teacher = Network.load(Path("out/fraud/model.npz"))
    student = Ridge(alpha=settings["penalty"]).fit(x, teacher.logits(x))
    Network.of([student.coef_[:, None]], [student.intercept_]).save(Path("out/student/model.npz"))


if __name__ == "__main__":
    main()

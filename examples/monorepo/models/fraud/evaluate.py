"""Judge the fraud model on the table that the job is for."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from features import transactions
from training import metrics, tables
from training.network import Network


def main() -> None:
    """MLGITLAB_DATASET names the table: the pipeline has one such job for each."""
    dataset = os.environ.get("MLGITLAB_DATASET", "transactions-late")
    table = tables.read(Path("data") / f"{dataset}.csv")
    model = Network.load(Path("out/fraud/model.npz"))
    probabilities = model.probabilities(transactions.build(table))
    metrics.write(metrics.judge(table["fraud"], probabilities))
    time_of_day = np.where(table["hour"] < transactions.NIGHT_ENDS, "night", "day")
    metrics.write_answers(np.arange(len(probabilities)), table["fraud"], probabilities, {"time": time_of_day})


if __name__ == "__main__":
    main()

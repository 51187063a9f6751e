"""Judge the trained model on the held-out rows: write metrics.json, and what it answered to predictions.csv."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
from sklearn.metrics import mean_absolute_error, r2_score

import features
import params
from model import LinearModel


def main() -> None:
    """Compare with the plainest of models, which always predicts the mean."""
    settings = params.read()
    _, train_y, x, y = features.load(settings)
    predicted = LinearModel.load().predict(x)
    found = {
        "r2": float(r2_score(y, predicted)),
        "mean_absolute_error": float(mean_absolute_error(y, predicted)),
        "baseline_mean_absolute_error": float(np.abs(y - train_y.mean()).mean()),
        "held_out_rows": len(y),
    }
    text = json.dumps(found, indent=2)
    print(text)
    Path("metrics.json").write_text(text + "\n", "utf-8")
    _, rows = features.rows(settings)
    write_predictions(rows, y, predicted)


def write_predictions(rows: np.ndarray, truth: np.ndarray, predicted: np.ndarray) -> None:
    """One line for each patient; mlgitlab.yml says what the columns are, and the gates judge by them."""
    sex = features.sexes()[rows]
    with Path("predictions.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["id", "truth", "predicted", "sex"])
        table.writerows(zip(rows.tolist(), truth.tolist(), predicted.tolist(), sex.tolist(), strict=True))


if __name__ == "__main__":
    main()

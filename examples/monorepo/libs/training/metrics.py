"""Metrics of a model that answers yes or no."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score


def judge(truth: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    """How well the probabilities order the rows, and how many rows that was measured on."""
    return {
        "roc_auc": float(roc_auc_score(truth, probabilities)),
        "average_precision": float(average_precision_score(truth, probabilities)),
        "rows": float(len(truth)),
    }


def write(found: dict[str, float], path: Path = Path("metrics.json")) -> None:
    """Write the numbers, which mlgitlab turns into GitLab's format and keeps with the model."""
    text = json.dumps(found, indent=2)
    print(text)
    path.write_text(text + "\n", "utf-8")


def write_answers(
    rows: np.ndarray,
    truth: np.ndarray,
    probabilities: np.ndarray,
    groups: Mapping[str, np.ndarray],
    path: Path = Path("predictions.csv"),
) -> None:
    """One line for each row; mlgitlab.yml says what the columns are, and the gates judge by them."""
    columns = {"id": rows, "truth": truth.astype(int), "probability": probabilities, **groups}
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows(zip(*(values.tolist() for values in columns.values()), strict=True))

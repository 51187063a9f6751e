"""Metrics of a model that answers yes or no."""

from __future__ import annotations

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


def write(model: str, dataset: str, found: dict[str, float], path: Path = Path("metrics.txt")) -> None:
    """Write OpenMetrics text for GitLab's merge request widget; its last line must be `# EOF`."""
    lines = [f'{model}_{name}{{dataset="{dataset}"}} {value:.4f}' for name, value in found.items()]
    print("\n".join(lines))
    path.write_text("\n".join([*lines, "# EOF", ""]), "utf-8")

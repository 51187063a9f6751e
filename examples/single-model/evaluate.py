"""Judge the trained model on the held-out rows and write metrics.json."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from sklearn.metrics import mean_absolute_error, r2_score

import features
import params
from model import LinearModel


def main() -> None:
    """Compare with the plainest of models, which always predicts the mean."""
    _, train_y, x, y = features.load(params.read())
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


if __name__ == "__main__":
    main()

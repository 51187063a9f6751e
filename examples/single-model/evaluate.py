"""Judge the trained model on the held-out rows and write metrics.txt for GitLab's merge request widget."""

from __future__ import annotations

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
    write(
        Path("metrics.txt"),
        {
            "diabetes_r2": float(r2_score(y, predicted)),
            "diabetes_mean_absolute_error": float(mean_absolute_error(y, predicted)),
            "diabetes_baseline_mean_absolute_error": float(np.abs(y - train_y.mean()).mean()),
            "diabetes_held_out_rows": float(len(y)),
        },
    )


def write(path: Path, metrics: dict[str, float]) -> None:
    """Write OpenMetrics text, whose last line must be `# EOF`."""
    lines = [f"{name} {value:.4f}" for name, value in metrics.items()]
    print("\n".join(lines))
    path.write_text("\n".join([*lines, "# EOF", ""]), "utf-8")


if __name__ == "__main__":
    main()

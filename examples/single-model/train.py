"""Train the model and write it to model/diabetes.json."""

from __future__ import annotations

import argparse

import numpy as np
from sklearn.linear_model import Ridge

import features
import params
from model import PATH, ROWS, LinearModel


def main() -> None:
    """Train on all rows, or on the first few to see that the code still runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, help="train on this many rows only")
    rows = parser.parse_args().rows
    settings = params.read()
    x, y, _, _ = features.load(settings)
    model = fit(x[:rows], y[:rows], settings.alpha)
    model.save()
    trained_on, _ = features.rows(settings)
    ROWS.write_text("".join(f"{row}\n" for row in trained_on[:rows]), "utf-8")
    print(f"trained on {len(x[:rows])} rows, wrote {PATH}")


def fit(x: np.ndarray, y: np.ndarray, alpha: float) -> LinearModel:
    """A ridge regression on standardised features, folded back into weights for the features as they are."""
    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread[spread == 0] = 1.0  # a feature that never changes predicts nothing, and must not divide by zero
    ridge = Ridge(alpha=alpha).fit((x - mean) / spread, y)
    weights = ridge.coef_ / spread
    return LinearModel(intercept=float(ridge.intercept_ - mean @ weights), weights=weights.tolist())


if __name__ == "__main__":
    main()

"""From patients to the numbers the model sees."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

from params import Params


def load(params: Params) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features and targets to train on, then those that are held out."""
    raw, target = load_diabetes(return_X_y=True, scaled=False)
    train_x, test_x, train_y, test_y = train_test_split(
        build(raw), target, test_size=params.test_share, random_state=params.seed
    )
    return train_x, train_y, test_x, test_y


def rows(params: Params) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of the patients to train on, then of those that are held out, in the order of `load`."""
    count = len(load_diabetes().target)
    train, test = train_test_split(np.arange(count), test_size=params.test_share, random_state=params.seed)
    return train, test


def sexes() -> np.ndarray:
    """Of every patient one of the two sexes that the data knows, which it does not name."""
    return load_diabetes(scaled=False).data[:, 1].astype(int)


def build(raw: np.ndarray) -> np.ndarray:
    """Add the products that matter in medicine: body mass with blood pressure, and both with age.

    `raw` has the columns age, sex, bmi, bp and s1 to s6, in their own units.
    """
    age, bmi, pressure = raw[:, 0], raw[:, 2], raw[:, 3]
    return np.column_stack([raw, bmi * pressure, age * bmi, age * pressure])

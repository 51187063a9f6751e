"""Which customers are trained on and which are held out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from sklearn.model_selection import train_test_split

from features import customers
from training import tables


def split(settings: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features and truth to train on, then those that are held out."""
    table = tables.read(Path("data/customers.csv"))
    train_x, test_x, train_y, test_y = train_test_split(
        customers.build(table),
        table["churned"],
        test_size=settings["held_out"],
        random_state=settings["seed"],
        stratify=table["churned"],
    )
    return train_x, train_y, test_x, test_y

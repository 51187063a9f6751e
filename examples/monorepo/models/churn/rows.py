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
    train, test = numbers(settings, table)
    x, y = customers.build(table), table["churned"]
    return x[train], y[train], x[test], y[test]


def numbers(settings: Mapping[str, float], table: tables.Table) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of the rows to train on, then of those that are held out."""
    train, test = train_test_split(
        np.arange(len(table["churned"])),
        test_size=settings["held_out"],
        random_state=settings["seed"],
        stratify=table["churned"],
    )
    return train, test

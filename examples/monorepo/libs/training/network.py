"""A small network and its file: arrays of numbers, with nothing in it that could be executed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Network:
    """Layers of weights and biases, ReLU between them. A single layer is a logistic regression."""

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]

    def logits(self, x: np.ndarray) -> np.ndarray:
        """The log-odds of each row."""
        for weights, biases in zip(self.weights[:-1], self.biases[:-1], strict=True):
            x = np.maximum(x @ weights + biases, 0.0)
        return (x @ self.weights[-1] + self.biases[-1]).ravel()

    def probabilities(self, x: np.ndarray) -> np.ndarray:
        """The probability of each row, from 0 to 1."""
        return 1 / (1 + np.exp(-self.logits(x)))

    def save(self, path: Path) -> None:
        """Write the file, and its folder where there is none."""
        path.parent.mkdir(parents=True, exist_ok=True)
        arrays = {f"weights_{i}": array for i, array in enumerate(self.weights)}
        arrays |= {f"biases_{i}": array for i, array in enumerate(self.biases)}
        np.savez(path, **arrays)
        print(f"wrote {path}: {sum(array.size for array in arrays.values())} numbers")

    @classmethod
    def load(cls, path: Path) -> Network:
        """Read the file that `save` wrote; a pickle in it is refused."""
        with np.load(path, allow_pickle=False) as file:
            layers = range(len(file.files) // 2)
            return cls(tuple(file[f"weights_{i}"] for i in layers), tuple(file[f"biases_{i}"] for i in layers))

    @classmethod
    def of(cls, weights: Sequence[np.ndarray], biases: Sequence[np.ndarray]) -> Network:
        """A network of scikit-learn's arrays; a row of coefficients becomes a layer with one output."""
        return cls(tuple(np.asarray(w) for w in weights), tuple(np.atleast_1d(b) for b in biases))

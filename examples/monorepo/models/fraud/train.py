"""Train the network that finds fraudulent payments."""

from __future__ import annotations

import argparse
import os
import warnings
from pathlib import Path

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from features import transactions
from training import params, tables
from training.network import Network


def main() -> None:
    """Train for the epochs of the command line, of the pipeline's parameter, or of params.yaml."""
    settings = params.read(__file__)
    asked = os.environ.get("MLGITLAB_PARAM_EPOCHS") or settings["epochs"]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=int(asked))
    epochs = parser.parse_args().epochs
    table = tables.read(Path("data/transactions.csv"))
    classifier = MLPClassifier(
        hidden_layer_sizes=tuple(settings["hidden"]),
        alpha=settings["penalty"],
        max_iter=epochs,
        learning_rate_init=0.01,
        random_state=settings["seed"],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of epochs is ours to choose
        classifier.fit(transactions.build(table), table["fraud"])
    print(f"loss {classifier.loss_:.4f} after {classifier.n_iter_} epochs")
    Network.of(classifier.coefs_, classifier.intercepts_).save(Path("out/fraud/model.npz"))
    losses = "".join(f"{epoch},{loss}\n" for epoch, loss in enumerate(classifier.loss_curve_, start=1))
    Path("out/fraud-loss.csv").write_text(f"epoch,loss\n{losses}", "utf-8")


if __name__ == "__main__":
    main()

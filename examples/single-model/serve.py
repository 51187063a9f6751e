"""Answer requests one by one: a JSON list of features on each line of standard input, a number on each line out.

`mlgitlab gate` starts it for the candidate and for the model in production, and times both.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np

import features
from model import PATH, LinearModel


def main() -> None:
    """Serve the model in the folder MLGITLAB_MODEL_DIR, or the one that was trained here."""
    model = LinearModel.load(Path(os.environ.get("MLGITLAB_MODEL_DIR", ".")) / PATH)
    for line in sys.stdin:
        patient = np.array([json.loads(line)], dtype=float)
        print(json.dumps(float(model.predict(features.build(patient))[0])), flush=True)


if __name__ == "__main__":
    main()

"""Configurations without a fault, and the messages that one with faults gets."""

import pytest

from mlgitlab.config.parse import parse
from mlgitlab.errors import ConfigError

SMALL = b"""\
version: 1
models:
  fraud:
    paths: src/fraud
    datasets: claims
    train:
      command: python -m fraud.train
      outputs: models/fraud
datasets:
  claims: data/claims.csv
"""

LARGE = b"""\
version: 1
models:
  fraud: &model
    paths: [src/fraud/**, "!src/fraud/docs"]
    inputs: params.yaml
    datasets: [claims]
    smoke: python -m fraud.train --rows 100
    train:
      command: [pip install -e ., python -m fraud.train]
      entry: [src/fraud/train.py]
      inputs: conf/*.yaml
      outputs: [models/fraud, "reports/*.json"]
      metrics: metrics.txt
      junit: junit.xml
      image: python:3.11
      tags: [gpu, big]
      timeout: 1h 30m
      variables: {EPOCHS: 010, DEBUG: yes, EMPTY: "", RATE: 1e-3}
      environment: training
      resource_group: fraud
    evaluate: {command: python -m fraud.evaluate, datasets: [claims, holdout], gpu: none}
    gates: {size: {max_files: 3}}
    approval: {from: [mlops], expires: 2 days}
    deploy: {production: {target: pointer, strategy: replace}}
    retrain: {auc: {at_least: 0.8}, drift: null}
    source_roots: src
    gpu: {type: a100, count: 2}
    timeout: 2 days
    variables: {SEED: 7}
  distilled:
    <<: *model
    models: fraud
    gates:
datasets:
  claims:
    path: data/claims.csv
    schema: schemas/claims.json
    format: csv
    inputs: data/claims.sql
    validate: python check.py
  holdout: s3://bucket/holdout.parquet
quality:
  lint: ruff check
  tests: {command: pytest, owns: tests, blocks: false}
profiles:
  nightly: {description: Every night, select: all, models: fraud, labels: ["ml::nightly"], steps: [data, train]}
  empty:
parameters:
  epochs: {type: integer, default: 10, minimum: 1, maximum: 100}
  rate: {type: number, default: 1e-3}
  limit: {type: duration, default: 90m, sets: timeout}
  debug: {type: boolean, default: false}
  variant: {options: [a, b], default: a, description: Which one}
  release: {pattern: '\\d+\\.\\d+', default: 17.10}
gpus:
  a100: {tags: [gpu, a100]}
ignore: ["*.md", docs/**]
unmatched: nothing
source_roots: [lib]
baseline: {on_unknown: error, default_branch: main, tag_pattern: "v*", fetch_timeout: 60s}
defaults:
  image: python:3.12
  tags: docker
  timeout: 30 min
  before_script: pip install -r requirements.txt
  inputs: [requirements.txt, Dockerfile]
  variables: {PIP_NO_INPUT: 1}
  cache: {key_files: requirements.txt, paths: .cache/pip}
  retry: 2
  expire_in: 1 week
gitlab: {version: 17.10, tier: premium, max_jobs: 400}
store: {url: s3://bucket/models, endpoint_url: https://minio.example, id_token: {aud: https://gitlab.example}}
templates: ci/templates
"""

GOOD = {
    "small": SMALL,
    "large": LARGE,
    "only a version": b"version: 1\n",
    "short store": b"version: 1\nstore: file:///models\n",
}


def problems_of(text: bytes | str, file: str = "mlgitlab.yml") -> list[str]:
    """Every problem of a faulty configuration as one line."""
    with pytest.raises(ConfigError) as caught:
        parse(text.encode() if isinstance(text, str) else text, file)
    return [str(problem) for problem in caught.value.problems]

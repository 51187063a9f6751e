"""What `mlgitlab config show` has to tell: every value and where it comes from."""

import json

from mlgitlab.config.parse import parse
from mlgitlab.config.show import effective
from tests.unit.config.examples import LARGE, SMALL


def test_values_come_with_their_line_or_as_defaults() -> None:
    assert [str(line) for line in effective(parse(SMALL, "ml.yml"))] == [
        "version = 1  # ml.yml:1",
        'models.fraud.paths = ["src/fraud"]  # ml.yml:4',
        'models.fraud.datasets = ["claims"]  # ml.yml:5',
        'models.fraud.train.command = ["python -m fraud.train"]  # ml.yml:7',
        'models.fraud.train.outputs = ["models/fraud"]  # ml.yml:8',
        'datasets.claims.path = "data/claims.csv"  # ml.yml:10',
        'datasets.claims.engine = "polars"  # default',
        'unmatched = "everything"  # default',
        'baseline.on_unknown = "everything"  # default',
        'baseline.tag_pattern = "*"  # default',
        'baseline.fetch_timeout = "2m"  # default',
        'defaults.timeout = "1h"  # default',
        "defaults.retry = 1  # default",
        'defaults.expire_in = "7d"  # default',
        "gitlab.max_needs = 50  # default",
        "gitlab.max_yaml_bytes = 1000000  # default",
        "gitlab.max_archive_bytes = 5000000  # default",
    ]


def test_every_value_is_json_and_every_written_value_is_there() -> None:
    parsed = parse(LARGE, "ml.yml")
    lines = {line.key: line for line in effective(parsed)}
    assert json.loads(json.dumps([line.value for line in lines.values()]))
    assert lines["models.fraud.retrain"].value == {"auc": {"at_least": 0.8}, "drift": None}
    assert lines["models.fraud.train.variables.EPOCHS"].value == "010"
    assert lines["models.fraud.evaluate.gpu.type"].value == "none"
    assert lines["models.fraud.paths"].value == ["src/fraud/**", "!src/fraud/docs"]
    written = {key for key in parsed.origins if "[" not in key}
    shown = {key for line in lines for key in (line, *(line[:at] for at, sign in enumerate(line) if sign == "."))}
    assert written <= shown

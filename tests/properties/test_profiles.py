"""What must hold of every table: profiles do not depend on order or cuts, drafts hold, indices are sound."""

from __future__ import annotations

import datetime as dt
import math
import random
import tempfile
from pathlib import Path

import pandera.polars
import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlgitlab.adapters.tables.reading import batches, find_source
from mlgitlab.adapters.tables.summaries import Measuring, measure
from mlgitlab.jobs.data.drift import Limits, Outcome, compare
from mlgitlab.jobs.data.drift_psi import distance, psi, psi_between
from mlgitlab.jobs.data.infer import draft
from mlgitlab.jobs.data.profile import Profile
from mlgitlab.jobs.data.profile_counts import like
from mlgitlab.jobs.data.profile_json import from_json, to_json
from mlgitlab.jobs.data.profile_making import profile_of

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
KINDS = {
    pl.Int64: st.integers(-(2**63), 2**63 - 1),
    pl.Int8: st.integers(-128, 127),
    pl.Float64: st.floats(),
    pl.Float32: st.floats(width=32),
    pl.Boolean: st.booleans(),
    pl.String: TEXT | st.sampled_from(["a", "b"]),
    pl.Date: st.dates(),
    pl.Datetime: st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1)),  # noqa: DTZ001 (naive on purpose)
}


@st.composite
def frames(draw: st.DrawFn) -> pl.DataFrame:
    """Up to four columns of any type and name, one to forty rows."""
    names = draw(st.lists(TEXT, min_size=1, max_size=4, unique=True))
    rows = draw(st.integers(1, 40))
    columns = []
    for name in names:
        kind = draw(st.sampled_from(sorted(KINDS, key=str)))
        values = draw(st.lists(st.none() | KINDS[kind], min_size=rows, max_size=rows))
        columns.append(pl.Series(name, values, dtype=kind))
    return pl.DataFrame(columns)


def profiled(measuring: Measuring) -> Profile:
    return profile_of(measuring.result(), measuring.rows)


@given(frames(), st.integers(0, 40), st.randoms())
def test_shards_and_shuffles_have_the_same_bytes(frame: pl.DataFrame, cut: int, drawn: random.Random) -> None:
    whole = to_json(profiled(measure([frame])))
    assert from_json(whole, "p") == profiled(measure([frame]))
    order = list(range(len(frame)))
    drawn.shuffle(order)
    shuffled = frame[order]
    parts = [part for part in (shuffled[:cut], shuffled[cut:]) if len(part)]
    assert to_json(profiled(measure(parts))) == whole
    merged = Measuring()
    for part in parts:
        merged.merge(measure([part]))
    assert to_json(profiled(merged)) == whole


@given(st.integers(0, 2**32), st.integers(1, 19_999))
@settings(max_examples=15)
def test_shards_of_many_different_numbers_have_the_same_bytes(seed: int, cut: int) -> None:
    drawn = random.Random(seed)
    values = pl.Series("x", [drawn.lognormvariate(0, 5) * drawn.choice((-1, 1)) for _ in range(20_000)]).to_frame()
    whole = measure([values])
    assert whole.result()[0].error > 0
    assert to_json(profiled(measure([values[cut:], values[:cut]]))) == to_json(profiled(whole))


COUNTS = st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1, max_size=30)


@given(COUNTS)
def test_the_index_is_finite_symmetric_and_never_negative(pairs: list[tuple[int, int]]) -> None:
    before, now = [a for a, _ in pairs], [b for _, b in pairs]
    index = psi(before, now)
    assert math.isfinite(index)
    assert index >= 0
    assert math.isclose(index, psi(now, before), rel_tol=1e-9, abs_tol=1e-12)
    assert psi(before, before) == 0
    assert all(0 <= distance(before, now, ordered=ordered) <= 1 + 1e-9 for ordered in (True, False))


@given(COUNTS, st.integers(0, 50))
def test_the_bounds_of_the_index_hold_it(pairs: list[tuple[int, int]], slack: int) -> None:
    before, now = [a for a, _ in pairs], [b for _, b in pairs]
    low, high = psi_between(before, [max(0, b - slack) for b in now], [b + slack for b in now], sum(now))
    assert low <= psi(before, now) * (1 + 1e-9) + 1e-9
    assert high >= psi(before, now) * (1 - 1e-9) - 1e-9


NUMBERS = st.lists(st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0]), min_size=1, max_size=60)


@given(NUMBERS, NUMBERS)
def test_other_bins_give_bounds_of_the_exact_index(before: list[float], now: list[float]) -> None:
    old, new = (pl.DataFrame({"x": values}) for values in (before, now))
    measured = measure([old])
    baseline = profile_of(measured.result(), measured.rows, bins=2)
    counted = measure([new], like(baseline))
    exact = profile_of(counted.result(), counted.rows, like=baseline)
    limits = Limits(min_rows=1)
    (sharp,), (blurred,) = compare(baseline, exact, limits), compare(baseline, profiled(measure([new])), limits)
    assert sharp.psi is not None
    assert blurred.psi is not None
    assert blurred.psi_most is not None
    assert sharp.psi == sharp.psi_most
    assert blurred.psi <= sharp.psi + 1e-9
    assert blurred.psi_most >= sharp.psi - 1e-9


@given(frames())
def test_a_table_does_not_drift_from_itself(frame: pl.DataFrame) -> None:
    found = profiled(measure([frame]))
    assert Outcome.FAIL not in {each.outcome for each in compare(found, found, Limits(min_rows=1))}
    assert all(each.psi in (None, 0.0) for each in compare(found, found, Limits(min_rows=1)))


@given(frames())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_table_passes_the_schema_drafted_from_it(frame: pl.DataFrame) -> None:
    schema = pandera.polars.DataFrameSchema.from_yaml(draft(profiled(measure([frame])), "x").decode())
    # pandera takes these names for patterns, and the draft leaves them out.
    plain = [name for name in frame.columns if name != "*" and not (name.startswith("^") and name.endswith("$"))]
    assert list(schema.columns) == plain
    schema.validate(frame, lazy=True)


@given(frames())
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_a_text_file_passes_the_schema_drafted_from_it(frame: pl.DataFrame) -> None:
    with tempfile.TemporaryDirectory() as folder:
        frame.write_ndjson(Path(folder, "x.jsonl"))
        read = pl.concat([batch.frame for batch in batches(find_source(Path(folder), "x.jsonl"), rows=7)])
    schema = pandera.polars.DataFrameSchema.from_yaml(draft(profiled(measure([read])), "x").decode())
    schema.validate(read, lazy=True)

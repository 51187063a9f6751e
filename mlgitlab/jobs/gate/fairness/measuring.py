"""The numbers of groups, and what intervals of them are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mlgitlab.jobs.gate.fairness.criteria import Rate
from mlgitlab.jobs.gate.fairness.groups import Groups
from mlgitlab.jobs.gate.metrics.calibration import binned, binned_error, excess
from mlgitlab.jobs.gate.statistics.resampled import Mixed, Resampled
from mlgitlab.jobs.gate.statistics.sums import Sums, kinds

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats
    from mlgitlab.jobs.gate.statistics.units import Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """A number for each rate, side and group: `values` (R, S, G), and `resampled` with as many parameters, flat."""

    values: Floats
    resampled: Resampled

    def mixed(self, parts: Sequence[tuple[int, int, int, float]], *, logs: bool = False) -> Mixed:
        """A sum of numbers, each by rate, side, group and factor. logs: of their logarithms."""
        factors = np.zeros(self.values.shape)
        for rate, side, group, factor in parts:
            factors[rate, side, group] += factor
        found = self.resampled.some(np.flatnonzero(factors))
        return (found.logs() if logs else found).mixed(factors.ravel()[np.flatnonzero(factors)])


def rates_of(groups: Groups, rates: tuple[Rate, ...], positive: int, draws: int) -> Numbers:
    """Rates of groups.

    For intervals, each group gets one row more in which the first side's answer counts and the other's does not, and
    one in which it is the other way round: a success and a failure of each side, as Agresti and Caffo (2000, The
    American Statistician 54:280-288) do. Other numbers than shares get none.
    """
    parts = [rate.parts(side, positive) for rate in rates for side in groups.rows.sides]
    columns = np.stack([column for pair in parts for column in pair], axis=1)
    count, sides = len(groups.names), len(groups.rows.sides)
    share = all(rate.share for rate in rates)
    if share and groups.rows.plain:
        table, times = _counted(columns, groups.of_row, count)
    else:
        table, times = _by_unit(columns, groups, count)
    combine = partial(_ratios, (len(rates), sides, count), np.array([rate.root for rate in rates]))
    values = combine(times @ table).reshape(len(rates), sides, count)
    unseen = np.empty((0, table.shape[1]))
    if share:
        unseen = _unseen(len(rates), sides, count) * groups.rows.weight.mean()
        table, times = np.concatenate([table, unseen]), np.append(times, np.ones(len(unseen)))
    found = Sums(table=table, times=times).resampled(combine, draws, groups.rows.seed)
    if share:  # what was not seen in any unit may be in every row of one
        most = float(np.abs(found.influence[-len(unseen) :]).max()) / float(times.sum())
        found = replace(found, reach=most * groups.rows.count / groups.rows.independent)
        found = replace(found, within=(0.0, 1.0))
    return Numbers(values=values, resampled=found)


def _ratios(shape: tuple[int, int, int], root: Floats, sums: Floats) -> Floats:
    """From sums (..., G * R * S * 2) to ratios (..., R * S * G)."""
    rates, sides, groups = shape
    parts = sums.reshape(*sums.shape[:-1], groups, rates, sides, 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = parts[..., 0] / parts[..., 1]
        ratios = np.where(root[:, None], np.sqrt(np.maximum(ratios, 0)), ratios)
    return np.asarray(np.moveaxis(ratios, -3, -1).reshape(*sums.shape[:-1], -1))


def _in_group(columns: Floats, of_row: Integers, count: int) -> Floats:
    """Each row's numbers (n, K) in the columns of its group (n, G * K)."""
    placed = np.zeros((len(columns), count, columns.shape[1]))
    placed[np.arange(len(columns)), of_row] = columns
    return placed.reshape(len(columns), -1)


def _counted(columns: Floats, of_row: Integers, count: int) -> tuple[Floats, Floats]:
    """One line for each kind of row: a group, and for each column whether it is one or zero."""
    width = columns.shape[1]
    codes = of_row * 2**width + columns.astype(np.int64) @ (2 ** np.arange(width))
    found, times = kinds(codes, count * 2**width)
    flags = np.asarray((found[:, None] >> np.arange(width)) & 1, dtype=np.float64)
    return _in_group(flags, found >> width, count), times


def _by_unit(columns: Floats, groups: Groups, count: int) -> tuple[Floats, Floats]:
    units, weight = groups.rows.units(), groups.rows.weight
    table = np.stack([units.totals_by(groups.of_row, count, column * weight) for column in columns.T], axis=2)
    return table.reshape(units.count, -1), np.ones(units.count)


def _unseen(rates: int, sides: int, groups: int) -> Floats:
    """For each group and rate: a row that counts for the first side only, and one that counts for the others only."""
    lines = []
    for group in range(groups):
        for rate in range(rates):
            for first in (1.0, 0.0):
                line = np.zeros((groups, rates, sides, 2))
                line[group, rate, :, 0] = 1 - first
                line[group, rate, 0, 0] = first
                line[group, rate, :, 1] = 1
                lines.append(line.ravel())
    return np.stack(lines)


def calibration_of(groups: Groups, bins: int, draws: int) -> Numbers:
    """The calibration error within each group."""
    rows, count, sides = groups.rows, len(groups.names), len(groups.rows.sides)
    table = binned(rows, rows.units(), groups.of_row, count, bins)
    sums = Sums(table=table.reshape(len(table), -1), times=np.ones(len(table)))
    found = sums.resampled(partial(_errors, (count, bins)), draws, rows.seed)
    noise = np.stack([excess(table[:, group], bins) for group in range(count)], axis=1)
    return Numbers(values=found.estimate.reshape(1, sides, count), resampled=replace(found, excess=noise.ravel()))


def _errors(shape: tuple[int, int], sums: Floats) -> Floats:
    count, bins = shape
    errors = binned_error(bins, sums.reshape(*sums.shape[:-1], count, -1))
    return np.asarray(np.swapaxes(errors, -1, -2).reshape(*sums.shape[:-1], -1))

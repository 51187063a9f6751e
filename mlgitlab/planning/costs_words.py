"""A forecast in words, and as the facts of plan.json."""

from __future__ import annotations

import math
from collections.abc import Iterator

from mlgitlab.planning.costs import Amount, Estimate, Forecast
from mlgitlab.planning.costs_forecast import Ruling, State

_LEAST_HOURS = 0.1  # less is shown in minutes
_LEAST_WHOLE = 10  # money from here on is shown without cents
_LEAST_MONEY = 0.01
_MOST_NAMED = 3


def sentence(found: Forecast) -> str:
    """What the change starts, what that takes, and what it saves, on one line."""
    starts = _counted(found.trainings, "training") if found.trainings else "no training"
    takes = _takes(found) if found.estimates else "nothing on a GPU"
    saves = f"; it saves {_counted(found.saved, 'training')}" if found.saved else ""
    return f"this change starts {starts}, {takes}{saves}"


def _takes(found: Forecast) -> str:
    takes = spoken_hours(found.hours)
    if found.money is not None:
        takes += f", {spoken_money(found.money, found.currency)}"
    caveats = "; ".join(_caveats(found))
    return f"{takes} ({caveats})" if caveats else takes


def _caveats(found: Forecast) -> Iterator[str]:
    if found.unknown:
        names = ", ".join(found.unknown[:_MOST_NAMED])
        more = len(found.unknown) - _MOST_NAMED
        yield f"no earlier run is known of {names}{f' and {more} more' if more > 0 else ''}"
    if found.money is not None and found.unpriced:
        yield f"no price is known of {', '.join(found.unpriced)}"


def estimate_sentence(found: Estimate, currency: str) -> str:
    """What one step takes."""
    takes = f"it takes {spoken_hours(found.hours)}"
    if found.price is not None:
        takes += f", {spoken_money(found.money, currency)}"
    if found.runs:
        return f"{takes}, by {'its last run' if found.runs == 1 else f'its last {found.runs} runs'}"
    return f"{takes}, its time limit: no earlier run is known"


def spoken_hours(hours: Amount) -> str:
    """`about 3.2 GPU hours (90 % under 4.0)`, `at most 2.0 GPU hours`, or one and the other."""
    parts = []
    if hours.p90:
        in_minutes = hours.p90 < _LEAST_HOURS
        about = _gpu_time(_number(hours.median, in_minutes), in_minutes)
        parts.append(f"about {about} (90 % under {_bound(hours.p90, in_minutes)})")
    if hours.unknown:
        in_minutes = hours.unknown < _LEAST_HOURS
        most = _gpu_time(_bound(hours.unknown, in_minutes), in_minutes)
        parts.append(f"at most {most}{' more' if parts else ''}")
    return " and ".join(parts) or "no time on a GPU"


def spoken_money(money: Amount, currency: str) -> str:
    """`11 EUR`, `at most 7.20 EUR`, or one and the other."""
    parts = [f"{_rounded(money.median)} {currency}"] if money.p90 or not money.unknown else []
    if money.unknown:
        parts_of_one = 1 if money.unknown >= _LEAST_WHOLE else 100
        most = math.ceil(round(money.unknown * parts_of_one, 6)) / parts_of_one
        parts.append(f"at most {_rounded(most)} {currency}{' more' if parts else ''}")
    return " and ".join(parts)


def _gpu_time(number: str, in_minutes: bool) -> str:
    unit = "minute" if in_minutes else "hour"
    return f"{number} GPU {unit if number == '1' else f'{unit}s'}"


def _number(hours: float, in_minutes: bool) -> str:
    """Hours with one digit, or whole minutes; what was used is never shown as nothing."""
    return f"{max(1, round(hours * 60))}" if in_minutes else f"{max(0.1, hours):.1f}"


def _bound(hours: float, in_minutes: bool) -> str:
    """The same, never less than it is."""
    factor = 60 if in_minutes else 10
    return _number(math.ceil(round(hours * factor, 6)) / factor, in_minutes)


def _rounded(sum_: float) -> str:
    if 0 < sum_ < _LEAST_MONEY:
        return f"under {_LEAST_MONEY}"
    return f"{sum_:.0f}" if sum_ >= _LEAST_WHOLE else f"{sum_:.2f}"


def over_budget(found: Ruling) -> str:
    """By how much the change is over its budget, for its profile's and its steps' reason."""
    hours, allowed = _bound(found.hours, in_minutes=False), f"{found.budget.max_gpu_hours:g}"
    label = f" without the label {found.budget.label}" if found.budget.label else ""
    return f"over budget: {hours} GPU hours, and budgets.merge_request allows {allowed}{label}"


def ruling_sentence(found: Ruling) -> str:
    """Where the change stands against its budget, and what to do about it; empty within it."""
    match found.state:
        case State.WITHIN:
            return ""
        case State.CONFIRMED:
            return f"{over_budget(found)}, which is there"
        case State.OVER:
            return f"{over_budget(found)}: {confirmation(found)}"


def confirmation(found: Ruling) -> str:
    """How somebody confirms that the change may be over its budget."""
    by_hand = "run a pipeline by hand, which has no budget"
    label = found.budget.label
    return f"add the label {label} to the merge request and run its pipeline again, or {by_hand}" if label else by_hand


def facts(found: Forecast, ruling: Ruling | None) -> dict[str, object]:
    """The element `costs` of plan.json."""
    money = found.money
    return {
        "text": sentence(found),
        "trainings": found.trainings,
        "saved_trainings": found.saved,
        "gpu_hours": _amount(found.hours, 4),
        "currency": found.currency,
        "amount": None if money is None else _amount(money, 2),
        "unpriced": list(found.unpriced),
        "steps": [
            {
                "step": estimate.step,
                "gpu": estimate.gpu,
                "runs": estimate.runs,
                "gpu_hours": _amount(estimate.hours, 4),
                "amount": None if estimate.price is None else _amount(estimate.money, 2),
                "text": estimate_sentence(estimate, found.currency),
            }
            for estimate in found.estimates
        ],
        "budget": None if ruling is None else _ruling(ruling),
    }


def _ruling(found: Ruling) -> dict[str, object]:
    return {
        "max_gpu_hours": found.budget.max_gpu_hours,
        "gpu_hours": round(found.hours, 4),
        "label": found.budget.label,
        "over": str(found.budget.over),
        "state": str(found.state),
        "text": ruling_sentence(found),
    }


def _amount(amount: Amount, digits: int) -> dict[str, float]:
    return {
        "median": round(amount.median, digits),
        "p90": round(amount.p90, digits),
        "unknown_at_most": round(amount.unknown, digits),
    }


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"

"""Write the example's tables. They are made up, and always the same: `python data/generate.py`."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
PLANS = ("basic", "plus", "pro")


def main() -> None:
    """Write the three tables beside this file."""
    write("transactions.csv", transactions(np.random.default_rng(1), rows=900, drift=0.0))
    write("transactions-late.csv", transactions(np.random.default_rng(2), rows=300, drift=0.4))
    write("customers.csv", customers(np.random.default_rng(3), rows=600))


def transactions(rng: np.random.Generator, rows: int, drift: float) -> dict[str, np.ndarray]:
    """Card payments; `drift` moves later amounts up."""
    amount = np.round(np.exp(rng.normal(3.5 + drift, 1.2, rows)), 2)
    balance = np.round(np.exp(rng.normal(7.0, 0.8, rows)), 2)
    hour = rng.integers(0, 24, rows)
    risk = np.round(rng.beta(2, 5, rows), 3)
    shop_age = rng.integers(1, 4000, rows)
    night = (hour < 6).astype(float)
    score = 3.0 * np.log1p(amount / balance * 20) + 4.0 * risk + 2.5 * night * risk - shop_age / 1500 - 2.0
    fraud = (rng.random(rows) < 1 / (1 + np.exp(-score))).astype(int)
    return {
        "amount": amount, "balance": balance, "hour": hour, "country_risk": risk,
        "shop_age_days": shop_age, "fraud": fraud,
    }  # fmt: skip


def customers(rng: np.random.Generator, rows: int) -> dict[str, np.ndarray]:
    """Subscribers of a telephone company, and who left."""
    months = rng.integers(1, 73, rows)
    plan = rng.choice(PLANS, rows, p=(0.5, 0.3, 0.2))
    calls = rng.poisson(1.5, rows)
    fee = np.round(rng.normal(30, 8, rows).clip(8, 80), 2)
    score = 0.9 * calls + 0.04 * fee - 0.06 * months - 0.8 * (plan == "pro") - 0.7
    churned = (rng.random(rows) < 1 / (1 + np.exp(-score))).astype(int)
    return {"months": months, "plan": plan, "support_calls": calls, "monthly_fee": fee, "churned": churned}


def write(name: str, columns: dict[str, np.ndarray]) -> None:
    """Write one table with a header."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows(zip(*(values.tolist() for values in columns.values()), strict=True))


if __name__ == "__main__":
    main()

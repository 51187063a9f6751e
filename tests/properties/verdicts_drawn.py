"""Verdicts that nobody would write on purpose: hostile texts, numbers that are none, lists that do not fit together."""

from __future__ import annotations

from hypothesis import strategies as st

from mlgitlab.jobs.gate.ruling import Curve, CurveKind, Family, Interval, Judged, Number, Outcome, Ruling, Side
from mlgitlab.jobs.gate.verdict import Compared, EvaluationSet, Verdict

# What acts in HTML, Markdown, GitLab's references and quick actions, or a terminal.
NASTY = (
    "<script>alert(1)</script>",
    "</code></td><img src=x onerror=alert(1)>",
    "</style><script>",
    "--><script>x</script><!--",
    '" onmouseover="alert(1)',
    "&lt;b&gt; &amp; &#64;all",
    "{{ 7 * 7 }}{% raw %}",
    "/merge",
    "\n/merge\n/close",
    "\r\n/approve",
    "\u2028/merge",
    "@all @root",
    "#1 !2 $3 ~4 %5 &6 ^7",
    ":tada:",
    "![image](https://evil.example/pixel.png)",
    "[link](javascript:alert(1))",
    "https://evil.example www.evil.example me@evil.example",
    "<https://evil.example>",
    "`code` ``more`` `",
    "\\`",
    "`\\",
    "a | b \\| c",
    "</details>",
    "\x1b[31mred\x1b[0m\x07",
    "\u202egnp.exe",
    "\udc80\udcff",
    "\ud800",
    "\0",
    "$`x`$",
    "|---|",
    "| - |\n| - |",
    "```\n/merge\n```",
    "- [ ] task",
    "a" * 3000,
    "\u00e9" * 3000,
    "|" * 12,
    "",
    " ",
)
texts = st.sampled_from(NASTY) | st.text(max_size=40)
numbers = st.floats() | st.sampled_from([0.0, -0.0, 5e-324, 1.7e308, -1.7e308, 1e-12, 0.01])
maybe = st.none() | numbers
intervals = st.builds(Interval, low=numbers, high=numbers, level=numbers | st.just(0.95))
counts = st.none() | st.integers(min_value=0, max_value=10**12)
rulings = st.builds(
    Ruling,
    rule=texts,
    family=st.sampled_from(Family),
    outcome=st.sampled_from(Outcome),
    why=texts,
    limit=texts,
    mandatory=st.booleans(),
    dataset=texts,
    slice=texts,
    candidate=maybe,
    production=maybe,
    difference=maybe,
    ratio=maybe,
    interval=st.none() | intervals,
    judged=st.none() | st.sampled_from(Judged),
    margin=maybe,
    higher_is_better=st.none() | st.booleans(),
    unit=texts | st.sampled_from(["ms", "bytes", "%"]),
    rows=counts,
    wanted=counts,
    numbers=st.lists(
        st.builds(Number, name=texts, value=numbers, unit=texts, interval=st.none() | intervals), max_size=3
    ).map(tuple),
    notes=st.lists(texts, max_size=2).map(tuple),
)
_values = st.lists(numbers, max_size=6).map(tuple)
curves = st.builds(
    Curve,
    kind=st.sampled_from(CurveKind),
    side=st.sampled_from(Side),
    title=texts,
    dataset=texts,
    x=_values,
    y=_values,
    low=_values,
    high=_values,
    labels=st.lists(texts, max_size=6).map(tuple),
)
sets = st.builds(EvaluationSet, dataset=texts, digest=texts, rows=st.integers(min_value=0, max_value=10**12))
verdicts = st.builds(
    Verdict,
    model=texts,
    candidate=texts,
    production=texts,
    compared=st.sampled_from(Compared),
    outcome=st.sampled_from(Outcome),
    rulings=st.lists(rulings, max_size=8).map(tuple),
    sets=st.lists(
        st.builds(EvaluationSet, dataset=texts, digest=texts, rows=st.integers(min_value=0, max_value=10**12)),
        max_size=3,
    ).map(tuple),
    curves=st.lists(curves, max_size=5).map(tuple),
    rules=texts,
    weakened=st.lists(texts, max_size=3).map(tuple),
    at=texts,
    commit=texts,
    branch=texts,
    protected=st.booleans(),
    merge_request=texts,
    pipeline=texts,
    job=texts,
    author=texts,
    tool=texts,
    facts=st.dictionaries(texts, texts, max_size=3),
)

"""What a profile is made of: counts of a table's columns in one pass, mergeable, in bounded memory."""

from __future__ import annotations

from mlgitlab.adapters.tables.summaries.columns import Measuring, measure

__all__ = ["Measuring", "measure"]

"""Inputs of a model as small data: computed here for training and by platform/scoring/terms.ts for serving, step for step alike.

A term is {"of": column} with, in this order: "times": column; "over": column, where "overFill" replaces a divisor that is not
finite, "overMin" bounds it from below and "overPlus" is added to it; "fill" replaces a result that is not finite; "cap" bounds
it from above; "log1p": true. {"of": column, "missing": true} alone is 1 where the column is NaN, else 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Term = dict[str, Any]


def evaluate(term: Term, table: dict[str, np.ndarray]) -> np.ndarray:
    with np.errstate(all="ignore"):
        value = table[term["of"]]
        if term.get("missing"):
            return np.isnan(value).astype(float)
        if "times" in term:
            value = value * table[term["times"]]
        if "over" in term:
            divisor = table[term["over"]]
            if "overFill" in term:
                divisor = np.where(np.isfinite(divisor), divisor, term["overFill"])
            if "overMin" in term:
                divisor = np.where(divisor < term["overMin"], term["overMin"], divisor)
            if "overPlus" in term:
                divisor = divisor + term["overPlus"]
            value = value / divisor
        if "fill" in term:
            value = np.where(np.isfinite(value), value, term["fill"])
        if "cap" in term:
            value = np.where(value > term["cap"], term["cap"], value)
        if term.get("log1p"):
            value = np.log1p(np.where(value > 0, value, 0.0) if "fill" in term else value)
    return np.asarray(value, dtype=float)


def matrix(terms: list[Term], table: dict[str, np.ndarray]) -> np.ndarray:
    return np.column_stack([evaluate(term, table) for term in terms])

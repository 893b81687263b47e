"""What churn reads, and the inputs its two candidates make of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .contract import FeaturesUnusable
from .read import Features, index_uuids
from .terms import Term

RELATION = "customer_churn_features"

#: The numbers a model may read, in the order of a golden row, with the types of the feature contract.
COLUMNS: dict[str, str] = {
    "recency_days": "integer",
    "tenure_days": "integer",
    "frequency": "bigint",
    "order_days": "bigint",
    "order_months": "bigint",
    "monetary": "numeric",
    "orders_30d": "bigint",
    "orders_90d": "bigint",
    "orders_180d": "bigint",
    "orders_365d": "bigint",
    "monetary_90d": "numeric",
    "monetary_365d": "numeric",
    "same_season_orders": "bigint",
    "autumn_share": "double precision",
    "decayed_orders_30": "double precision",
    "decayed_orders_90": "double precision",
    "decayed_orders_180": "double precision",
    "mean_gap_days": "double precision",
    "max_gap_days": "integer",
}
KEYS = {"user_id": "uuid", "as_of_date": "date", "available_ts": "timestamp with time zone", "is_current": "boolean", "label_window_days": "integer", "churned": "boolean"}

#: The plain logistic: logs of recency, tenure, orders, revenue and recent orders, and recency in units of the own mean gap.
PLAIN_TERMS: list[Term] = [
    {"of": "recency_days", "fill": 0.0, "log1p": True},
    {"of": "tenure_days", "fill": 0.0, "log1p": True},
    {"of": "frequency", "fill": 0.0, "log1p": True},
    {"of": "monetary", "fill": 0.0, "log1p": True},
    {"of": "orders_90d", "fill": 0.0, "log1p": True},
    {"of": "recency_days", "over": "mean_gap_days", "overFill": 0.0, "overPlus": 0.1, "fill": 0.0},
]


def _log(column: str) -> Term:
    return {"of": column, "fill": 0.0, "log1p": True}


_PACE: Term = {"of": "recency_days", "times": "frequency", "over": "tenure_days"}
_BASKET: Term = {"of": "monetary", "over": "frequency"}
_OVERDUE: Term = {"of": "recency_days", "over": "mean_gap_days", "overMin": 1.0}

RICH_TERMS: list[Term] = [
    *[_log(name) for name in COLUMNS if name != "autumn_share"],
    {"of": "autumn_share", "fill": 0.0},
    {**_PACE, "fill": 0.0, "cap": 10.0},
    {**_OVERDUE, "fill": 0.0, "log1p": True},
    {**_BASKET, "fill": 0.0, "log1p": True},
    {"of": "mean_gap_days", "missing": True},
]

#: Trees need no logs, and know missing values.
TREE_TERMS: list[Term] = [*[{"of": name} for name in COLUMNS], _PACE, _OVERDUE, _BASKET]

MIN_HISTORY_DAYS = 60


@dataclass(frozen=True)
class Slice:
    """The customers of one as-of day. `day` and `available` are days since 1970 (the latter when the labels are complete)."""

    day: int
    available: float
    users: np.ndarray
    labels: np.ndarray
    table: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.labels)


def stack(slices: list[Slice]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    table = {name: np.concatenate([one.table[name] for one in slices]) for name in COLUMNS}
    return table, np.concatenate([one.labels for one in slices])


def read_slices(features: Features, as_of_days: float, limit: int) -> tuple[list[Slice], np.ndarray, int]:
    """The latest `limit` labelled slices, newest first, the distinct customers, and the label's window in days.

    Only slices whose label was known at the as-of time, with at least MIN_HISTORY_DAYS of history before them.
    """
    features.require(RELATION, {**KEYS, **COLUMNS})
    known = "churned is not null and available_ts <= to_timestamp(%s * 86400.0)"
    days = features.scalars(
        f"""select as_of_date - date '1970-01-01' from {{schema}}.{RELATION} where {known}
             group by as_of_date having max(tenure_days) >= %s order by as_of_date desc limit %s""",
        (as_of_days, MIN_HISTORY_DAYS, limit),
    )
    if not days:
        return [], np.zeros(0), 0
    windows = features.scalars(f"select distinct label_window_days from {{schema}}.{RELATION}")
    if len(windows) != 1:
        raise FeaturesUnusable(f"{RELATION} mixes label windows ({windows}): build it anew")
    rows = features.read(
        RELATION,
        [
            ("user_id", "user_id", "uuid"),
            ("day", "as_of_date - date '1970-01-01'", "int8"),
            ("available", "extract(epoch from available_ts) / 86400.0", "float8"),
            ("churned", "churned::int", "float8"),
            *[(name, f"coalesce({name}::float8, 'NaN')", "float8") for name in COLUMNS],
        ],
        f"where {known} and as_of_date >= date '1970-01-01' + %s order by as_of_date desc, user_id",
        (as_of_days, days[-1]),
    )
    distinct, users = index_uuids(rows["user_id"])
    slices = []
    for day in days:
        part = np.flatnonzero(rows["day"] == day)
        table = {name: rows[name][part] for name in COLUMNS}
        slices.append(Slice(int(day), float(rows["available"][part].max()), users[part], rows["churned"][part], table))
    return slices, distinct, int(windows[0])

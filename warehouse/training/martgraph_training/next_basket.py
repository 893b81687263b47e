"""Scores of the next basket: what training evaluates and platform/scoring/neighbours.ts serves, by the same formula.

score(u, p) = personal(u, p) / max_p personal + w_n * near(u, p) / max_p near + w_p * popularity(p)
personal(u, p) = liveness(p) * sum over orders of u with p of exp(-age / d_p)
near(u, p)     = sum over products j of u that have p among their reverse neighbours of similarity(p, j) * sum of exp(-age / d_n)
Ages in days. Similarity is the cosine of products over customers, whose purchases fade with exp(-age / 45) and who weigh
less the more they bought; each product keeps its nearest 100.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

NEIGHBOURS = 100
SIMILARITY_DECAY = 45.0
#: Fainter purchases than this no longer say what belongs together.
FAINTEST = 1e-3
DIGITS = 6


@dataclass(frozen=True)
class Recipe:
    """The numbers of the formula; decays in days, None for none."""

    name: str
    personal_decay: float | None
    #: popularity of this many days, to this power, damps products that are no longer sold; power 0 for not at all
    liveness_days: float
    liveness_power: float
    near_decay: float
    near_weight: float
    popularity_days: float
    popularity_weight: float


CANDIDATE = Recipe("repeat, neighbours and trend", 180.0, 30.0, 0.5, 120.0, 0.2, 14.0, 0.05)
#: Repeat purchases by count, filled up with what was popular in the last 30 days.
REPEAT = Recipe("repeat purchases, then popular", None, 30.0, 0.0, 120.0, 0.0, 30.0, 1e-4)


@dataclass(frozen=True)
class Purchases:
    """One entry per order and product: indexes of user, product and order, `day` since 1970 with fractions."""

    user: np.ndarray
    product: np.ndarray
    order: np.ndarray
    day: np.ndarray

    def where(self, mask: np.ndarray) -> "Purchases":
        return Purchases(self.user[mask], self.product[mask], self.order[mask], self.day[mask])

    def __len__(self) -> int:
        return len(self.user)


@dataclass(frozen=True)
class Fitted:
    """All that scoring needs. `neighbours` row p holds the similarities of p to its nearest products."""

    recipe: Recipe
    liveness: np.ndarray
    popularity: np.ndarray
    neighbours: sp.csr_matrix


def fit(purchases: Purchases, users: int, products: int, at: float, recipe: Recipe, neighbours: sp.csr_matrix | None = None) -> Fitted:
    """Everything before `at` (days since 1970)."""
    age = at - purchases.day
    recent = _popularity(purchases, products, age, recipe.liveness_days)
    liveness = np.ones(products) if recipe.liveness_power == 0 else np.round(((recent + 0.05) / (recent.max() + 0.05)) ** recipe.liveness_power, DIGITS)
    trend = _popularity(purchases, products, age, recipe.popularity_days)
    near = nearest(purchases, users, products, age) if neighbours is None else neighbours
    return Fitted(recipe, liveness, np.round(trend / max(1.0, trend.max()), DIGITS), near)


def _popularity(purchases: Purchases, products: int, age: np.ndarray, days: float) -> np.ndarray:
    """Orders per product in the last `days`; of all time where nothing was bought since."""
    recent = np.bincount(purchases.product[age <= days], minlength=products).astype(float)
    return recent if recent.any() else np.bincount(purchases.product, minlength=products).astype(float)


def nearest(purchases: Purchases, users: int, products: int, age: np.ndarray) -> sp.csr_matrix:
    weights = np.exp(-age / SIMILARITY_DECAY)
    kept = weights >= FAINTEST
    bought = sp.csr_matrix((weights[kept], (purchases.user[kept], purchases.product[kept])), shape=(users, products))
    bought.data = np.minimum(bought.data, 1.0)
    size = np.asarray(bought.sum(axis=1)).ravel()
    damped = (sp.diags(1.0 / np.maximum(size, 1.0)) @ bought).tocsr()
    by_product = bought.T.tocsr()
    strength = np.asarray(bought.multiply(damped).sum(axis=0)).ravel()
    norm, shrink = np.sqrt(strength), float(strength.mean()) if products else 0.0
    rows, columns, values = [], [], []
    for start in range(0, products, 512):
        block = (by_product[start : start + 512] @ damped).toarray()
        similarity = block / (norm[start : start + 512, None] * norm[None, :] + shrink + 1e-9)
        places = np.arange(len(similarity))
        similarity[places, places + start] = 0.0
        count = min(NEIGHBOURS, products - 1)
        if count < 1:
            continue
        best = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
        found = np.take_along_axis(similarity, best, axis=1)
        order = np.lexsort((best, -found), axis=1)
        best, found = np.take_along_axis(best, order, axis=1), np.round(np.take_along_axis(found, order, axis=1), DIGITS)
        row, column = np.nonzero(found)
        rows.append(row + start)
        columns.append(best[row, column])
        values.append(found[row, column])
    if not rows:
        return sp.csr_matrix((products, products))
    joined = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return sp.csr_matrix(joined, shape=(products, products))


def score(fitted: Fitted, history: Purchases, users: int, at: float) -> np.ndarray:
    """users x products. `history.user` counts the rows."""
    products, recipe = len(fitted.liveness), fitted.recipe
    age = at - history.day

    def gathered(decay: float | None) -> sp.csr_matrix:
        weights = np.ones(len(age)) if decay is None else np.exp(-age / decay)
        return sp.csr_matrix((weights, (history.user, history.product)), shape=(users, products))

    total = _unit(gathered(recipe.personal_decay).toarray() * fitted.liveness)
    if recipe.near_weight > 0:
        total += recipe.near_weight * _unit((gathered(recipe.near_decay) @ fitted.neighbours.T).toarray())
    return total + recipe.popularity_weight * fitted.popularity


def _unit(scores: np.ndarray) -> np.ndarray:
    top = scores.max(axis=1, keepdims=True)
    return scores / np.where(top > 0, top, 1.0)

"""The few estimators that training and evaluation need, small enough to read and the same in every library version."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


def sigmoid(logits: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp(-logits))


@dataclass(frozen=True)
class Logistic:
    intercept: float
    coefficients: np.ndarray

    def logits(self, inputs: np.ndarray) -> np.ndarray:
        return self.intercept + inputs @ self.coefficients


def fit_logistic(inputs: np.ndarray, labels: np.ndarray, strength: float = 1.0) -> Logistic:
    """Logistic regression with an L2 penalty of `strength`/2 on standardised coefficients, the intercept free.

    Newton's method; the objective is scikit-learn's with C = 1 / strength. The coefficients answered are for the
    inputs as they are.
    """
    mean, scale = inputs.mean(axis=0), inputs.std(axis=0)
    scale = np.where(scale > 1e-12, scale, 1.0)
    design = np.column_stack([np.ones(len(inputs)), (inputs - mean) / scale])
    ridge = np.full(design.shape[1], strength)
    ridge[0] = 1e-9
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        probability = sigmoid(np.clip(design @ weights, -35, 35))
        gradient = design.T @ (probability - labels) + ridge * weights
        curvature = design.T @ (design * (probability * (1 - probability))[:, None]) + np.diag(ridge)
        step = np.linalg.solve(curvature, gradient)
        # a huge first step on separable data would overshoot for good
        step *= min(1.0, 10.0 / max(1e-12, float(np.abs(step).max())))
        weights = weights - step
        if np.abs(step).max() < 1e-10:
            break
    coefficients = weights[1:] / scale
    return Logistic(float(weights[0] - coefficients @ mean), coefficients)


class RankedScores:
    """Scores of one period, sorted once, so that a weighted AUC costs two sums: what a bootstrap needs."""

    def __init__(self, scores: np.ndarray, labels: np.ndarray) -> None:
        self._order = np.argsort(scores, kind="stable")
        ordered = scores[self._order]
        self._groups = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        self._labels = labels[self._order]

    def auc(self, weights: np.ndarray | None = None) -> float:
        """Probability that a churner scores above a stayer, ties counted half (Mann-Whitney)."""
        ordered = np.ones(len(self._order)) if weights is None else weights[self._order]
        positive = np.add.reduceat(ordered * self._labels, self._groups)
        negative = np.add.reduceat(ordered * (1 - self._labels), self._groups)
        below = np.cumsum(negative) - negative
        total = positive.sum() * negative.sum()
        return float((positive * (below + 0.5 * negative)).sum() / total) if total > 0 else float("nan")


def interval(differences: np.ndarray, observed: float) -> dict[str, float]:
    """The middle 95 % of bootstrap replicates (percentile method)."""
    low, high = np.percentile(differences[np.isfinite(differences)], [2.5, 97.5])
    return {"difference": float(observed), "lower": float(low), "upper": float(high)}


def bootstrap_counts(rng: np.random.Generator, size: int, resamples: int) -> np.ndarray:
    """How often each of `size` units is drawn, resamples x size."""
    return rng.multinomial(size, np.full(size, 1.0 / size), size=resamples)


def brier(probabilities: np.ndarray, labels: np.ndarray) -> float:
    return float(np.mean((probabilities - labels) ** 2))


def calibration_error(probabilities: np.ndarray, labels: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over bins of equal counts."""
    order = np.argsort(probabilities, kind="stable")
    gaps = [abs(probabilities[part].mean() - labels[part].mean()) * len(part) for part in np.array_split(order, bins) if len(part)]
    return float(sum(gaps) / len(labels))


def lift(probabilities: np.ndarray, labels: np.ndarray, share: float = 0.1) -> float:
    """Churn rate among the `share` with the highest scores over the churn rate of all."""
    top = np.argsort(-probabilities, kind="stable")[: max(1, int(round(len(labels) * share)))]
    return float(labels[top].mean() / max(1e-12, labels.mean()))

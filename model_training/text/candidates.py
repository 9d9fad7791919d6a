"""The classifiers that compete on the word weights of texts, from their scikit-learn estimators to ONNX graphs."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from model_training.text.graph import forest_graph, linear_graph
from model_training.text.vocabulary import Vocabulary
from shared.core.errors import Refused

# scikit-learn's liblinear has one random generator per process: two fits at once would disturb each other.
ONE_AT_A_TIME = frozenset({"linear_svc_l2", "linear_svc_l1", "svc_l1_select_l2"})
TREES: Mapping[str, int] = {"demo": 50, "default": 200}
_NEIGHBOURS = 10


@dataclass(frozen=True, slots=True)
class Linear:
    """A fitted classifier whose scores are a matrix product: its graph holds one weight per word and class."""

    name: str
    vocabulary: Vocabulary
    model: Any
    seconds: float

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Cleaned texts (rows, 1) to probabilities (rows, K), or the softmax of scores where it has none."""
        Z = self.vocabulary.matrix(X)
        if hasattr(self.model, "predict_proba"):
            return np.asarray(self.model.predict_proba(Z))
        return softmax(_two_sided(np.asarray(self.model.decision_function(Z))))

    def to_onnx(self) -> bytes:
        """The graph from a cleaned string to probabilities."""
        W, b = _weights(self.model)
        return linear_graph(self.vocabulary, W, b, presence=self.name == "bernoulli_nb")


@dataclass(frozen=True, slots=True)
class Forest:
    """A fitted random forest."""

    name: str
    vocabulary: Vocabulary
    model: Any
    seconds: float

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Cleaned texts (rows, 1) to probabilities (rows, K): the mean of the trees."""
        return np.asarray(self.model.predict_proba(self.vocabulary.matrix(X)))

    def to_onnx(self) -> bytes:
        """The graph from a cleaned string to probabilities."""
        from skl2onnx import to_onnx
        from skl2onnx.common.data_types import FloatTensorType

        inputs = [("Z", FloatTensorType([None, self.model.n_features_in_]))]
        with warnings.catch_warnings():
            # The converter writes booleans where the format has integers; protobuf warns about each.
            warnings.simplefilter("ignore")
            whole = to_onnx(self.model, initial_types=inputs, options={"zipmap": False}, target_opset=15)
        trees = next(node for node in whole.graph.node if node.op_type == "TreeEnsembleClassifier")
        return forest_graph(self.vocabulary, trees, len(self.model.classes_))


@dataclass(frozen=True, slots=True)
class Neighbours:
    """A fitted nearest-neighbour classifier, which is tracked but never deployed."""

    name: str
    vocabulary: Vocabulary
    model: Any
    seconds: float

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Cleaned texts (rows, 1) to probabilities (rows, K): each neighbour's vote counts the same."""
        return np.asarray(self.model.predict_proba(self.vocabulary.matrix(X)))

    def to_onnx(self) -> bytes:
        """Refused, with the size the graph would have."""
        rows, width = self.model.n_samples_fit_, self.model.n_features_in_
        raise Refused(
            f"{self.name} compares every text with all {rows} training texts: as ONNX it would carry them "
            f"({rows * width * 4 / 1e6:.1f} MB)."
        )


@dataclass(frozen=True, slots=True)
class Centroids:
    """The mean row of each class (K, V); the nearest wins. scikit-learn's own class warns on every sparse matrix."""

    means: np.ndarray

    @property
    def coef_(self) -> np.ndarray:
        """Weights (K, V) such that scores are larger where the squared distance is smaller."""
        return 2 * self.means

    @property
    def intercept_(self) -> np.ndarray:
        """Offsets (K,) of the same scores."""
        return -(self.means**2).sum(axis=1)

    def decision_function(self, Z: Any) -> np.ndarray:
        """Negative squared distances (rows, K), up to a constant for each row."""
        return np.asarray(Z @ self.coef_.T + self.intercept_)


def fit_centroids(Z: Any, y: np.ndarray) -> Centroids:
    """The centroids of the rows of each class position 0 … K-1."""
    return Centroids(np.vstack([np.asarray(Z[y == label].mean(axis=0)) for label in range(int(y.max()) + 1)]))


def estimators(profile: str, seed: int) -> Mapping[str, Any]:
    """Every classical candidate but the centroids, unfitted, by name."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.naive_bayes import BernoulliNB, ComplementNB, MultinomialNB
    from sklearn.neighbors import KNeighborsClassifier

    return _margins(seed) | {
        "knn": KNeighborsClassifier(_NEIGHBOURS, algorithm="brute", n_jobs=1),
        "random_forest": RandomForestClassifier(TREES[profile], n_jobs=1, random_state=seed),
        "multinomial_nb": MultinomialNB(alpha=0.01),
        "bernoulli_nb": BernoulliNB(alpha=0.01),
        "complement_nb": ComplementNB(alpha=0.1),
    }


def softmax(scores: np.ndarray) -> np.ndarray:
    """Scores (rows, K) to probabilities in the same order."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _margins(seed: int) -> dict[str, Any]:
    """The candidates with scores but without probabilities."""
    from sklearn.feature_selection import SelectFromModel
    from sklearn.linear_model import Perceptron, RidgeClassifier, SGDClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    def svc(penalty: str) -> LinearSVC:
        return LinearSVC(penalty=penalty, dual=False, tol=1e-3, random_state=seed)

    def sgd(penalty: str) -> SGDClassifier:
        return SGDClassifier(penalty=penalty, alpha=1e-4, random_state=seed)

    return {
        "ridge": RidgeClassifier(tol=1e-2, solver="sparse_cg"),
        "perceptron": Perceptron(random_state=seed),
        # The current form of PassiveAggressiveClassifier.
        "passive_aggressive": SGDClassifier(penalty=None, learning_rate="pa1", eta0=1.0, random_state=seed),
        "linear_svc_l2": svc("l2"),
        "linear_svc_l1": svc("l1"),
        "sgd_l2": sgd("l2"),
        "sgd_l1": sgd("l1"),
        "sgd_elasticnet": sgd("elasticnet"),
        "svc_l1_select_l2": make_pipeline(SelectFromModel(svc("l1")), svc("l2")),
    }


def _two_sided(scores: np.ndarray) -> np.ndarray:
    """Scores (rows, K); for two classes scikit-learn has only one column."""
    return np.column_stack([-scores / 2, scores / 2]) if scores.ndim == 1 else scores


def _weights(model: Any) -> tuple[np.ndarray, np.ndarray]:
    """W (V, K) and b (K,) such that softmax(Z W + b) is what `predict` answers."""
    if hasattr(model, "feature_log_prob_"):
        return _bayes_weights(model)
    if hasattr(model, "steps"):
        (_, selection), (_, last) = model.steps
        kept, b = _weights(last)
        W = np.zeros((len(selection.get_support()), len(b)))
        W[selection.get_support()] = kept
        return W, b
    # For two classes some estimators keep one row, some a flat array.
    coefficients, offsets = np.atleast_2d(model.coef_), np.atleast_1d(model.intercept_)
    if len(coefficients) == 1:
        coefficients, offsets = np.vstack([-coefficients, coefficients]) / 2, np.append(-offsets, offsets) / 2
    return coefficients.T, offsets


def _bayes_weights(model: Any) -> tuple[np.ndarray, np.ndarray]:
    words, prior = model.feature_log_prob_, model.class_log_prior_
    if hasattr(model, "binarize"):
        absent = np.log1p(-np.exp(words))
        return (words - absent).T, prior + absent.sum(axis=1)
    # The complement's scores leave the class shares out.
    return words.T, np.zeros_like(prior) if hasattr(model, "norm") else prior

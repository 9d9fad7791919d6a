"""FLAML and AutoGluon in bench/automl.py: `python automl_peers.py TOOL FACTS SEED SECONDS FOLDER`.

Runs in an environment of its own, without this project. Reads `learn.parquet` and `judge.parquet` of the folder,
writes `answers.npy` for the untouched rows and prints one line of JSON.
"""

from __future__ import annotations

import json
import logging
import pickle
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from automl_export import exported_members
from automl_facts import count_own_time, fitted, peak_mb, timed


class Flaml:
    """FLAML with its defaults. A text becomes TF-IDF weights first, as its users do: it reads no text by itself."""

    def __init__(self, facts: dict[str, Any], seed: int, seconds: float, folder: Path) -> None:
        self.text, self.target, self.binary, self.folder = facts["text"], facts["target"], facts["binary"], folder
        self.settings = {"task": "classification", "metric": "roc_auc" if self.binary else "accuracy", "verbose": 0}
        self.settings |= {"time_budget": seconds, "seed": seed}
        self.vectorizer, self.automl = None, None

    def fit(self, rows: pd.DataFrame) -> None:
        """Search, and fit the best again on all rows."""
        from flaml import AutoML
        from sklearn.feature_extraction.text import TfidfVectorizer

        if self.text:
            self.vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english", min_df=2, max_df=0.5)
            self.vectorizer.fit(rows[self.text])
        self.automl = AutoML()
        self.automl.fit(X_train=self.inputs(rows), y_train=rows[self.target], **self.settings)

    def inputs(self, rows: pd.DataFrame) -> Any:
        """What FLAML takes."""
        if self.vectorizer is not None:
            return self.vectorizer.transform(rows[self.text])
        return rows.drop(columns=[self.target])

    def answers(self, rows: pd.DataFrame) -> np.ndarray:
        """Probabilities (rows, classes)."""
        return np.asarray(self.automl.predict_proba(self.inputs(rows)))

    def served(self) -> dict[str, Any]:
        """The model, and the bytes of what it needs to answer."""
        parts = (self.vectorizer, self.automl.feature_transformer, self.automl.label_transformer, self.automl.model)
        told = {name: round(value, 4) if isinstance(value, float) else value for name, value in self._config().items()}
        return {"model": self.automl.best_estimator, "parameters": told, "size": len(pickle.dumps(parts))}

    def _config(self) -> dict[str, Any]:
        return self.automl.best_config or {}

    def members(self, rows: pd.DataFrame) -> dict[str, tuple[Any, Any]]:
        """The fitted models, each with the rows as it takes them."""
        ready = self.inputs(rows)
        if self.vectorizer is None:
            ready = self.automl.feature_transformer.transform(ready)
        return {self.automl.best_estimator: (self.automl.model.estimator, ready)}


class AutoGluon:
    """AutoGluon tabular with its preset `medium_quality`; a text is turned into n-grams by its own generator."""

    def __init__(self, facts: dict[str, Any], seed: int, seconds: float, folder: Path) -> None:  # noqa: ARG002 - it takes no seed for the whole
        self.target, self.binary, self.seconds, self.folder = facts["target"], facts["binary"], seconds, folder
        self.predictor = None

    def fit(self, rows: pd.DataFrame) -> None:
        """Fit its list of models and their weighted vote."""
        from autogluon.tabular import TabularPredictor

        metric = "roc_auc" if self.binary else "accuracy"
        made = TabularPredictor(self.target, eval_metric=metric, path=str(self.folder / "autogluon"), verbosity=0)
        self.predictor = made.fit(rows, time_limit=self.seconds, presets="medium_quality")

    def answers(self, rows: pd.DataFrame) -> np.ndarray:
        """Probabilities (rows, classes)."""
        return self.predictor.predict_proba(rows).to_numpy()

    def served(self) -> dict[str, Any]:
        """The model, and the bytes of the folder that a deployment needs."""
        place = Path(self.predictor.clone_for_deployment(str(self.folder / "deployed"), return_clone=False))
        board = self.predictor.leaderboard()[["model", "score_val"]].round(4).to_numpy().tolist()
        size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
        return {"model": f"{self.predictor.model_best} of {', '.join(self._names())}", "board": board, "size": size}

    def members(self, rows: pd.DataFrame) -> dict[str, tuple[Any, Any]]:
        """The fitted models of the vote, each with the rows as it takes them."""
        ready = self.predictor.transform_features(rows)
        found = {}
        for name in self._names():
            model = self.predictor._trainer.load_model(name)  # noqa: SLF001 - no public way to the fitted models
            found[name] = (model.model, model.preprocess(ready))
        return found

    def _names(self) -> list[str]:
        best = self.predictor.model_best
        return [name for name in self.predictor._trainer.get_minimum_model_set(best) if name != best]  # noqa: SLF001 - like above


TOOLS = {"flaml": Flaml, "autogluon": AutoGluon}


def main(tool: str, facts: str, seed: str, seconds: str, folder: str) -> None:
    """Train, answer, measure, try the export."""
    count_own_time()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    place = Path(folder)
    way = TOOLS[tool](json.loads(facts), int(seed), float(seconds), place)
    learned, judged = (pd.read_parquet(place / f"{name}.parquet") for name in ("learn", "judge"))
    _, told = fitted(lambda: way.fit(learned))
    told["peak_mb"] = peak_mb()
    np.save(place / "answers.npy", way.answers(judged))
    told |= way.served() | timed(way.answers, judged, judged.iloc[:1])
    print(json.dumps({**told, "onnx": exported_members(way.members(judged))}))


if __name__ == "__main__":
    main(*sys.argv[1:])

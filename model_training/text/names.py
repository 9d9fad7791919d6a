"""Labels and candidates of the text scenario."""

from __future__ import annotations

# In the order of the numbers in `target`: they travel in the manifest, and scoring answers with them.
LABELS = ("alt.atheism", "comp.graphics", "sci.space", "talk.religion.misc")

CLASSICAL = (
    "ridge",
    "perceptron",
    "passive_aggressive",
    "knn",
    "random_forest",
    "linear_svc_l2",
    "linear_svc_l1",
    "sgd_l2",
    "sgd_l1",
    "sgd_elasticnet",
    "nearest_centroid",
    "multinomial_nb",
    "bernoulli_nb",
    "complement_nb",
    "svc_l1_select_l2",
)
# Competes only where PyTorch is installed.
DEEP = "deep"

"""Triggers: translate events and requests, dispatch them, answer. The only package that imports azure.functions."""

import os

# numpy's OpenBLAS starts a thread for each core, and they wait busily: two fifths of what importing numpy takes of the
# processor. It reads this once, when it is imported; the app multiplies no large matrices.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

"""What both the triggers and the machine learning need: values, ports, workflows, adapters, the composition root."""

import os

from shared.processor import choose_loops

# numpy reads this once, when it is imported, and any module of ours may be the first that does.
choose_loops(os.environ)

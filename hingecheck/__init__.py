"""hingecheck: how much of a deadlift came from the hips, and how much from the spine.

Importing the package loads no model, no decoder and no command line.
"""

__version__ = "0.1.0"

"""Bar velocity: clips near the side view, and errors of displacement and velocity against the drawn bar.

`design.py` says what is drawn, `errors.py` compares a result with its truth, `__main__.py` is the command.
"""

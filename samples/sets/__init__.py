"""Rendered sets of every style and every disturbance, and how well the analyzer counts their repetitions.

- `design` (with `design.toml`): what is rendered.
- `run`: render, analyze, and keep a result per set. `records`: the result.
- `table`: repetitions found and missed, and errors of their events.
- `looks`: each style's appearance from the side, for `hingecheck/judgement/styles.toml`.
"""

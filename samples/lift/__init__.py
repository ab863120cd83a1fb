"""The lift: what the lifter does over time, and its exact angles and events.

- `motion`, `movements`: plan the moves of a set, from walking in to standing still.
- `timeline`: the moves, and the posture at any moment of a move.
- `performance`: the plan at the frames' times, with tremor and steps.
- `truth`: angles, events and changes for the truth file.
"""

"""Stage 8: find the repetitions of a clip and their events.

`segment` is the entry point: angles come in, repetitions go out.  `style` names the style of the set.
"""

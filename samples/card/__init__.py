"""The error card: what the analyzer gets wrong on a designed set of clips.

- `design`: the clips. `run`, `measure`: render, analyze, compare with the truth. `records`: the result.
- `conditions`, `agreement`, `tables`, `plots`, `report`: from results to ERRORS.md and its pictures.
- `rows`: the card's tables as `hingecheck/history/error_card.toml`, for the analyzer's reports.
- `peers`: measures of other programs, for comparison.
- `motion`: errors of all other measures. `freeze`: frozen results of the shipped clips.
"""

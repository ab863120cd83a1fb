"""How the tables of the repetition model are learnt (models/SEGMENTATION.md).

- `labels`: what each bend of a set with known repetitions is.
- `counts`: labelled sets become tables.
- `material`: the sets that are counted: simulated ones, and clips with known repetitions.
- `fit`: the command that counts.  `check`: F1, and how reliable the probabilities are, on sets that were not counted.
"""

"""Judge a set: from metrics to findings, a verdict and advice, beside the lifter's own report."""

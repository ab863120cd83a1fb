"""From numbers to findings, a verdict and advice."""

"""Sets of every style and every nuisance, and what the segmentation makes of them."""

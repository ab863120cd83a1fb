"""The models that travel with hingecheck, and the scripts that made them."""

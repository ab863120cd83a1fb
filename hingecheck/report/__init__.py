"""An `Analysis` as things to read and look at; no maths beyond drawing, no judgement."""

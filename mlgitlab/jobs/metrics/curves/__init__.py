"""Learning curves as SVG, without scripts; the same series give the same bytes."""

"""Tables on disk: found, read in batches, measured, validated."""

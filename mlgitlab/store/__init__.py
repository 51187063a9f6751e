"""Where models and evidence live: content-addressed files, immutable records, pointers that never move unseen."""

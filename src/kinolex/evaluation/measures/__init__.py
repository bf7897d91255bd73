"""One file a measure: its source, range, direction, and what it is where nothing is relevant."""

"""One file a data set; each is found by itself and names its sources."""

"""Gates, baselines and comparisons: one verdict, computed once."""

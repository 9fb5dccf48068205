"""Two operations at once: score value and strength over both magnitudes (ScoreCL, Figure 4)."""

"""Score value and strength against magnitude, operation by operation (ScoreCL, Figure 1)."""

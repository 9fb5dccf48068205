"""How score values of images and of their views are spread, with examples (ScoreCL, Figure 2)."""

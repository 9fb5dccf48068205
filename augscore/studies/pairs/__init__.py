"""How far two views of an image lie apart, by the magnitudes of both (ScoreCL, Figure 3)."""

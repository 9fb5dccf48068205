"""Two trainings: `train METHOD`, of a backbone by pairs of views, and `train score`."""

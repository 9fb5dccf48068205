"""What a run tells of itself: rows of metrics, where its time goes, its page of curves."""

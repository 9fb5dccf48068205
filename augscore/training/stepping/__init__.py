"""The steps of a run: a batch in, its weighted loss, new weights; on one device or on many."""

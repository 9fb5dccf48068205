"""The main job: images × policy → Measurement."""

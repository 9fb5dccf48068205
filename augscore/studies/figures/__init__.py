"""What the studies that draw figures share: images, sweeps of operations, views, a story."""

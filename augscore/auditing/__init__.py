"""What a policy really does to images: probed, judged, told."""

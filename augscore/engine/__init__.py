"""From pixels to augmented pixels: a policy is drawn per sample, then applied."""

"""The score network's own run: plan, read, fit, calibrate, save, check."""

"""The score network: a denoiser trained on images alone; its score is (D(y, σ) − y)/σ²."""

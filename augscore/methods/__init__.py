"""Losses of self-supervised learning on pairs of views: tensors in, PairLoss out."""

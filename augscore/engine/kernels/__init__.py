"""Triton kernels for CUDA: the same arithmetic as the functions beside the records, in one pass."""

"""From what people bring to batches of images in memory: folders, named data sets, tensors."""

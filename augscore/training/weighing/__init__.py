"""From the views of a batch to the weights of its pairs: a score network, and controls."""

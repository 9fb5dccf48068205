"""Published hyper-parameters by method and data set, each with its source."""

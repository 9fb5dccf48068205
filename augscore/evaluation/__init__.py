"""How good a frozen backbone is: features, nearest neighbours, linear probes, their intervals."""

"""`make demo`: the whole way once, on real footage, with the two cloud platforms played locally."""

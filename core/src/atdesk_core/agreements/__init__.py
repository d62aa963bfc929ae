"""What was agreed to: policies in force with their signatures, and preconditions on record."""

"""The consoles that the demo can play: one file each, behind one protocol."""

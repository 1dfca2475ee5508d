"""The studio of the sample pictures: inks, a canvas, motifs and scenes (numpy is used here and nowhere else)."""

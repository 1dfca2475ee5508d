"""Ways to hand an article over, one file each."""

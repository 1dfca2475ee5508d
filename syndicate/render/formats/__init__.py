"""The formats in which partners are handed articles, one file each."""

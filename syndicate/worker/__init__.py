"""What runs by itself: ticks and loops."""

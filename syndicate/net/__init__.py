"""The one guarded way out of this process."""

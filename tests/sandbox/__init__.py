"""What the sandbox is tested with."""

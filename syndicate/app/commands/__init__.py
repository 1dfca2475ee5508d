"""What commands do, over a service: each a function from JSON-ready arguments to a JSON-ready result."""

"""The contract gate: each dialect's published limits, one module each, one line in `table.GATES`."""

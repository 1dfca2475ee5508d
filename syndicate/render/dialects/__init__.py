"""Dialects: what a partner asks for beside the standards, one module each, one line in `table.DIALECTS`."""

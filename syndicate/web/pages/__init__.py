"""The pages people see: values in, HTML out. Handlers pass what they read; nothing here waits or asks the time."""

"""Pure decisions: values in, values out; time, chance and identity are arguments."""

"""The contract suite of connectors, published for those that users write."""

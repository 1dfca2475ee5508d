"""One module for each verb of the service."""

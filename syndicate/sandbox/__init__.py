"""Work on untrusted bytes, in processes of our own that can be stopped: no secrets, little memory, little time."""

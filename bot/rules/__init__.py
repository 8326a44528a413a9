"""The rules of the message tree, as pure functions from what is to what changes."""

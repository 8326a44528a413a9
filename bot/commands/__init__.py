"""What people can ask for by name: the catalogue, and one module for each family of commands."""

"""The soak: the whole program for as long as one likes, with faults on, and what it keeps meanwhile: memory, descriptors, tasks, tables."""

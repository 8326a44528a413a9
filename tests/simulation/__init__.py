"""The core and the store themselves, in a world that is made up: platforms, a model and people in the process, virtual time, and a seed.

`python -m tests.simulation` says how it is used. A run is a `Plan`; the same plan is the same run, to the last letter of its transcript.
"""

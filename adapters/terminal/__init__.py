"""The terminal: the smallest whole adapter, so read it first. adapter.py is the adapter; pipe.py and screen.py are its two faces, and
opening.py says which it gets."""

from adapters.terminal.adapter import TerminalAdapter as TerminalAdapter

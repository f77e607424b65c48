"""Reporters: each reads only `Duplicates`."""

"""Stages: each turns arrays or Arrow into the next, and imports no sibling."""

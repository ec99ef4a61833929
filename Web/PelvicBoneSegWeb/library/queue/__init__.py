"""Segmentations one after the other, in fair order, in the one child process of the server."""

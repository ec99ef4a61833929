"""Corrected segments as data to train with."""

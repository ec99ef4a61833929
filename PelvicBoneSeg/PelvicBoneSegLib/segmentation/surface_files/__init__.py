"""Surfaces as files, and what is checked of them."""

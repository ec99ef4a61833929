"""The section *Download*: segments as files, over HTTP."""

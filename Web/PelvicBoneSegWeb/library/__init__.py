"""Scans that were uploaded: received, checked, de-identified, stored, segmented in the background.

`intake` turns an uploaded file into a stored scan, in a process of its own; `library` keeps folder
and index in step; `queue` segments; `security` decides who may ask; `web` is what a browser asks.
Nothing here touches MRML.
"""

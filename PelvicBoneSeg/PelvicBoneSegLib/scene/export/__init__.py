"""Segments as files: surfaces, label maps, DICOM."""

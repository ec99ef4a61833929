"""A process that does the work beside the window: no Slicer, no Qt.

`protocol` is what the two processes say to each other, `request` and `segmentation` what can be
asked and answered, `operations` and `server` what the process does.
"""

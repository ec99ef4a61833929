"""How a bundle carries over to scans that look nothing like those it was trained on.

`python -m PelvicBoneSegLab.carry_over --bundle NAME|DIR --output DIR` measures it, mostly without
labels; with several ``--bundle`` it prints one table to choose by.
"""

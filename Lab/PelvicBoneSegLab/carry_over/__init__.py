"""How a bundle carries over to scans that look nothing like those it was trained on.

`python -m PelvicBoneSegLab.carry_over --bundle NAME|DIR` measures it, mostly without labels, and
prints a table; several ``--bundle`` stand side by side. ``--output DIR`` keeps all figures and
pictures, ``--benchmarks`` renews the block in ``docs/benchmarks.md``.
"""

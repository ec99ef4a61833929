"""From an uploaded file to a stored scan.

`receive` takes the bytes in the server's process. All that looks into them runs in a process of
its own, `__main__`, with bounds on memory, time and file size: `formats`, `headers` and `unpack`
before the library's readers are let near, `prepare` and `thumbnail` after.
"""

"""The front process: one address for the library and for everybody's viewers.

`command` is what ``pelvicboneseg serve`` does, `sessions` who has which viewer, `viewer_process`
one of them, `proxy` the way from the browser to it.
"""

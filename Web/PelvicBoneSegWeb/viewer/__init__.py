"""The viewer: a process for one session, with one scene, behind the front process.

`channel` is how the two talk, `application` puts the rest together.
"""

"""The conductor: the only room that knows in which order things happen.

``bench`` makes a project ready, ``check`` puts its claims to the test. They are imported one by one, so that a
fixture does not pay for what only a check needs.
"""

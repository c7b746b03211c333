"""Everything behind the `dev` script: embedded services, supervisor and daily commands.

Nothing here imports Django: the package starts it in other processes. A production
installation never loads this package.
"""

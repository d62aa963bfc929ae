"""What the store raises. Every message names the thing and the way out.

StoreError
+-- StoreUnusableError    the file or server cannot be opened or written
+-- StoreTooNewError      a newer atdesk made this database
+-- StoreClosedError      closed, or closing
+-- StoreBusyError        no room among the waiting writes within the time allowed
+-- UnitRefusedError      this unit breaks a rule of the database; nothing of it was written
    +-- StaleSnapshotError    a newer snapshot of that session is already kept
"""


class StoreError(Exception):
    """Nothing was written, or nothing could be read."""


class StoreUnusableError(StoreError):
    """The database cannot be opened, read or written at all."""


class StoreTooNewError(StoreError):
    """The database was written by a newer version of the code."""


class StoreClosedError(StoreError):
    """The store is closed or closing."""


class StoreBusyError(StoreError):
    """Too many writes are waiting already."""


class UnitRefusedError(StoreError):
    """A unit that breaks a rule of the database. The units beside it are not concerned."""


class StaleSnapshotError(UnitRefusedError):
    """A snapshot whose version is not above the one that is kept."""

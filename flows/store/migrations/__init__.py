"""The migrations of the two databases, in a folder each: ``data`` and ``keys``.

A new one is a file ``0002_what_it_does.py`` that names the one before it. It is frozen: it says its tables in full and
imports nothing of ours. A test compares where the migrations lead with ``tables.py`` and ``keys.py``, on both kinds of
database. On SQLite a column is changed through ``op.batch_alter_table``.
"""

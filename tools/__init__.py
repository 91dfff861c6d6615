"""Writers of committed files.

They write starting values, fitted values, expected digests, tables in docs, and editor schemas.
"""

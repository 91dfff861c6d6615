"""Writers of committed files: starting values, fitted values, expected digests, tables in docs, editor schemas."""

"""The gateway's nouns: accounts, jobs, documents. Plain Python; field names are the public ones."""

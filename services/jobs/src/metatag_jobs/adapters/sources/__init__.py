"""Where documents come from: URLs, buckets of S3, allowed local directories.

May import the core and the S3 client of :mod:`metatag_jobs.adapters.files`.
"""

"""The runtime: what every metatag process needs and no service owns.

Purpose: hosting, gRPC set-up, errors, settings, logs and metrics, database set-up.
Owns: no data.
Speaks to: nothing by itself.
May import: third-party libraries; never a service, never `metatag.v1`, no domain noun.
Change it when: two services need the same mechanism.
"""

"""Purpose: the node's side of the ports.
Owns: child processes, the scratch directory, the metrics.
Speaks to: metatag_ocr.child over pipes, the file system.
May import: recognize and everything below; only bootstrap imports it.
Change it when: a child, the scratch or a metric behaves differently.
"""

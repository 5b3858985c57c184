"""Purpose: the killable process that opens PDFs on the node's behalf.
Owns: its own limits, one open document.
Speaks to: its parent over two pipes.
May import: engines and everything below; never grpc.
Change it when: the pipe's messages or the limits change.
"""

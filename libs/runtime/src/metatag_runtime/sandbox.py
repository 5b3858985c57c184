"""What a child that reads hostile data takes away from itself: files, network, other programs, other processes.

Landlock (files, TCP, signals) and seccomp (system calls) of Linux, by prctl and system calls of their own, so that no
library is needed. It must be called before a library starts threads. A kernel may lack a part; what is lacking is told.
References: landlock(7), seccomp(2).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

LANDLOCK, SECCOMP = "landlock", "seccomp"
PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, PR_GET_SECCOMP = 4, 22, 38, 21

# The same numbers on x86-64 and ARM64.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _WRITE, _READ, _READ_DIR = 1, 2, 4, 8
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_FILE, _TRUNCATE = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 14
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | 1 << 15
# Rights that each version of Landlock knows, by the highest bit.
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}

# What Python and its libraries read of the system: code, fonts, and the numbers of processors and memory.
_SYSTEM = (
    "/usr", "/lib", "/lib32", "/lib64", "/opt", "/nix/store", "/etc/ld.so.cache", "/etc/fonts", "/etc/localtime",
    "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys/vm", "/sys/devices/system",
    "/sys/fs/cgroup", "/dev/zero", "/dev/urandom", "/dev/random",
)  # fmt: skip

_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_CLONE_THREAD = 0x00010000
# System calls that reach other machines, programs and processes, or the kernel's own inside; by name, x86-64, ARM64.
_EXEC = {"execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "vfork": (58, None)}
_REFUSED = {
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "accept": (43, 202),
    "accept4": (288, 242), "kill": (62, 129), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424),
    "pidfd_getfd": (438, 438), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "unshare": (272, 97), "setns": (308, 268), "bpf": (321, 280), "perf_event_open": (298, 241), "keyctl": (250, 219),
    "add_key": (248, 217), "request_key": (249, 218), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "userfaultfd": (323, 282), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "kexec_load": (246, 104), "reboot": (169, 142), "swapon": (167, 224),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
}  # fmt: skip
# Machine -> its number for seccomp, its place in the table above, clone, clone3.
_MACHINES = {"x86_64": (0xC000003E, 0, 56, 435), "aarch64": (0xC00000B7, 1, 220, 435)}


def missing() -> list[str]:
    """Return which of Landlock and seccomp this system lacks; changes nothing."""
    if not sys.platform.startswith("linux"):
        return [LANDLOCK, SECCOMP]
    lacks = [LANDLOCK] if _landlock_version() < 1 else []
    if platform.machine() not in _MACHINES or _libc().prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0:
        lacks.append(SECCOMP)
    return lacks


def hide_memory() -> None:
    """Let no other process of the same user read this one's memory and environment, nor a core dump hold them."""
    if sys.platform.startswith("linux"):
        _libc().prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def restrict(
    read: Sequence[str], write: Sequence[str] = (), *, may_execute: bool = False, all_files: bool = False
) -> list[str]:
    """Leave this process the files it needs and itself: no network, no other process, no other program.

    `read` and `write` are paths beside Python's own and the system's libraries. `may_execute` is for a child whose
    work another program does, `all_files` for one whose libraries' files nobody can name. Return the parts that this
    system lacks.
    """
    if not sys.platform.startswith("linux"):
        return [LANDLOCK, SECCOMP]
    _libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    lacks = []
    reading = _READ | _READ_DIR | (_EXECUTE if may_execute else 0)
    if not all_files and not _restrict_files([*_SYSTEM, *_python(), *read], write, reading):
        lacks.append(LANDLOCK)
    if not _restrict_calls(may_execute=may_execute):
        lacks.append(SECCOMP)
    return lacks


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _landlock_version() -> int:
    return int(_libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1)))


def _python() -> list[str]:
    libraries = os.environ.get("LD_LIBRARY_PATH", "").split(":")
    places = [sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path, *libraries]
    # The folder in which somebody happened to start us is no library.
    return [place for place in places if place and os.path.realpath(place) != os.getcwd()]


def _restrict_files(read: Iterable[str], write: Iterable[str], reading: int) -> bool:
    version = _landlock_version()
    if version < 1:
        return False
    known = (1 << _RIGHTS.get(version, 16)) - 1
    attributes = struct.pack("=QQQ", known, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    libc = _libc()
    rules = libc.syscall(_CREATE_RULESET, ctypes.c_char_p(attributes), ctypes.c_size_t(size), ctypes.c_uint32(0))
    if rules < 0:
        return False
    writing = reading | _WRITE | _TRUNCATE | _MAKE_FILE | _MAKE_DIR | _REMOVE_FILE | _REMOVE_DIR
    try:
        for place, rights in [*((each, reading) for each in read), *((each, writing) for each in write)]:
            _allow(libc, rules, place, rights & known)
        _allow(libc, rules, os.devnull, (_READ | _WRITE) & known)
        return bool(libc.syscall(_RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint32(0)) == 0)
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, place: str, rights: int) -> None:
    try:
        descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not Path(place).is_dir():
            rights &= _OF_FILES
        rule = struct.pack("=Qi", rights, descriptor)
        libc.syscall(_ADD_RULE, ctypes.c_int(rules), ctypes.c_int(1), ctypes.c_char_p(rule), ctypes.c_uint32(0))
    finally:
        os.close(descriptor)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def _restrict_calls(*, may_execute: bool) -> bool:
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    code = _filter(machine, may_execute=may_execute)
    program = _Program(len(code) // 8, code)
    return bool(_libc().prctl(PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0) == 0)


def _filter(machine: tuple[int, int, int, int], *, may_execute: bool) -> bytes:
    """Return the filter as a program of BPF: refuse the calls of the table, and new processes but threads."""
    number, place, clone, clone3 = machine
    table = _REFUSED if may_execute else {**_REFUSED, **_EXEC}
    refuse = struct.pack("=HBBI", 0x06, 0, 0, _ERRNO | errno.EPERM)
    steps = [
        # Another kind of system call than the machine's own (32 bits, x32) is refused whole.
        struct.pack("=HBBI", 0x20, 0, 0, 4),
        struct.pack("=HBBI", 0x15, 1, 0, number),
        refuse,
        struct.pack("=HBBI", 0x20, 0, 0, 0),
        struct.pack("=HBBI", 0x35, 0, 1, 0x40000000),
        refuse,
    ]
    for call in table.values():
        if call[place] is not None:
            steps += [struct.pack("=HBBI", 0x15, 0, 1, call[place]), refuse]
    if not may_execute:
        # clone3 hides its flags in memory: as if the kernel did not have it, so that the C library takes clone.
        steps += [
            struct.pack("=HBBI", 0x15, 0, 1, clone3),
            struct.pack("=HBBI", 0x06, 0, 0, _ERRNO | errno.ENOSYS),
            struct.pack("=HBBI", 0x15, 0, 3, clone),
            struct.pack("=HBBI", 0x20, 0, 0, 16),
            struct.pack("=HBBI", 0x45, 1, 0, _CLONE_THREAD),
            refuse,
        ]
    return b"".join([*steps, struct.pack("=HBBI", 0x06, 0, 0, _ALLOW)])

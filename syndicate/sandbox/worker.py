"""The worker process: limits itself, then does one job after the other until its input closes."""

from __future__ import annotations

import math
import os
import resource
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from syndicate.errors import InvalidError, SyndicateError
from syndicate.sandbox.frames import frame, read_frame
from syndicate.sandbox.jobs import MIB, load

MAX_OPEN_FILES = 64


def main() -> None:
    """Serve jobs from stdin to stdout; started by `sandbox.pool` with the address space in MiB as argument."""
    # Whatever a library prints must not end up between our messages.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _limit_process(address_space=int(sys.argv[1]) * MIB)
    while (request := read_frame(sys.stdin.buffer)) is not None:
        header, data = request
        _allow_cpu(header["cpu"])
        answer = _answer(header, data)
        answers.write(answer)
        answers.flush()


def _limit_process(*, address_space: int) -> None:
    limits = {
        resource.RLIMIT_AS: address_space,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: MAX_OPEN_FILES,
    }
    for kind, limit in limits.items():
        _, hard = resource.getrlimit(kind)
        # macOS knows some of these by name only.
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, hard if kind == resource.RLIMIT_CORE else limit))


def _allow_cpu(seconds: float) -> None:
    """Let the process use so much more processor time; the kernel ends it with SIGXCPU after that."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    allowed = math.ceil(used.ru_utime + used.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, hard))


def _answer(header: Mapping[str, Any], data: bytes) -> bytes:
    try:
        return frame({"outcome": "done"}, load(header["function"])(data, header["options"]))
    except SyndicateError as error:
        return frame(_refusal(error), b"")
    except MemoryError:
        return frame({"outcome": "exhausted"}, b"")
    except Exception:
        return frame({"outcome": "bug", "traceback": traceback.format_exc()[-20_000:]}, b"")


def _refusal(error: SyndicateError) -> dict[str, Any]:
    found = error.violations[:100] if isinstance(error, InvalidError) else ()
    return {
        "outcome": "refused",
        "code": error.code,
        "message": error.message[:1_000],
        "violations": [[violation.path, violation.reason] for violation in found],
    }


if __name__ == "__main__":
    main()

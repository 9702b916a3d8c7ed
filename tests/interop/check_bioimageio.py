#!/usr/bin/env python3
"""Has bioimageio.core test a package written by Karyoscope: format, and the network's answers.

    check_bioimageio.py PACKAGE.zip

Exit status 0 when every test passed, 1 when one failed (they are printed). 77 when bioimageio.core
or TensorFlow is not installed, which test runners take as "skipped".
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def main():
    try:
        import tensorflow  # noqa: F401  (runs the weights)
        from bioimageio.core import test_description
    except ImportError as error:
        print(f"skipped: {error}")
        return 77
    summary = test_description(sys.argv[1])
    for detail in summary.details:
        if detail.errors:
            print(detail.name, [error.msg for error in detail.errors])
    print("status:", summary.status)
    return 0 if summary.status == "passed" else 1


if __name__ == "__main__":
    sys.exit(main())

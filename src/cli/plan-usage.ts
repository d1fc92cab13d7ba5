/** The table of `steadfetch plan`. */
import {type CommandSpec, GENERAL, htmlOption, QUIET} from './command-spec.ts';

const latency = (name: string) => ({
  name,
  value: '<ms>',
  help: `Longest ${name} of the latency over all calls; a failed call counts as slower than any latency`,
});

export const PLAN: CommandSpec = {
  name: 'plan',
  summary: 'Find the retry policy that meets an objective with the least load',
  usage: ['plan [<measurements>] --p95 <ms> --success <share> [options]'],
  about: [
    `  steadfetch plan --p95 800 --success 0.99 --latency p50=180,p95=410,p99=576 \\
    --fail 0.05@20 --hang 0.01 --method POST --path /predict --repeatable
  steadfetch plan attempts.csv --p95 800 --success 0.99 --out policy.json`,
    '<measurements> is a file of measured attempts, or - for standard input: CSV, NDJSON, HAR or OTLP JSON. Options win.',
  ],
  groups: [
    {
      title: 'Objective (of latency, success, or both)',
      options: [
        latency('p50'),
        latency('p95'),
        latency('p99'),
        {name: 'success', value: '<share>', help: 'Share of calls that succeed in time: 0.99 or 99%'},
        {
          name: 'deadline',
          value: '<ms>',
          help: 'Longest duration of a call, a day at most (default: the highest of the latencies above)',
        },
        {
          name: 'max-amplification',
          value: '<n>',
          help: 'Most requests that one call causes when every attempt fails (default: 4)',
        },
        {
          name: 'other-attempts',
          value: '<n>',
          help: 'Attempts of other layers that retry the same call, multiplied (default: 1)',
        },
        {name: 'rate', value: '<n>', help: 'Calls per second of one process'},
        {name: 'instances', value: '<n>', help: 'Number of processes (default: 1)'},
        {name: 'capacity', value: '<n>', help: 'Requests per second that the service can answer'},
        {name: 'headroom', value: '<share>', help: 'Share of --capacity that stays free (default: 0.2)'},
      ],
    },
    {
      title: 'Service, as one attempt meets it',
      options: [
        {
          name: 'latency',
          value: '<quantiles>',
          help: 'Latency of an attempt that succeeds: two quantiles or more (p50=180,p95=410,max=2000), or median=180,sigma=0.5 of a lognormal distribution',
        },
        {
          name: 'fail',
          value: '<share@ms>',
          many: true,
          help: 'Share of attempts that fail, and after which time: 0.05@20. Any number of times',
        },
        {
          name: 'unsent',
          value: '<share@ms>',
          many: true,
          help: 'The same for attempts that the server cannot have acted on, such as refused connections',
        },
        {name: 'hang', value: '<share>', help: 'Share of attempts that never answer'},
      ],
    },
    {
      title: 'Call',
      options: [
        {name: 'method', value: '<method>', help: 'Method of the call (default: GET)'},
        {name: 'path', value: '<path>', help: 'Path for which the policy holds (default: all)'},
        {name: 'repeatable', help: 'A second send does no harm, although the method is not idempotent'},
        {name: 'key', help: 'The server deduplicates by Idempotency-Key'},
        {name: 'name', value: '<name>', help: 'Name of the policy (default: last word of the path)'},
      ],
    },
    {
      title: 'Search (lists with commas; default: from the latency and the deadline)',
      options: [
        {name: 'attempts', value: '<list>', help: 'Numbers of attempts'},
        {name: 'timeouts', value: '<list>', help: 'Attempt timeouts, in ms'},
        {name: 'bases', value: '<list>', help: 'Longest waits before the first retry, in ms'},
        {name: 'jitter', value: '<list>', help: 'full, equal, decorrelated'},
        {name: 'hedges', value: '<list>', help: 'Times after which a hedge is sent, and none'},
      ],
    },
    {
      title: 'Output',
      options: [
        {
          name: 'out',
          value: '<file>',
          file: true,
          help: 'Write the policy; - for standard output, the report then goes to standard error',
        },
        htmlOption('the report'),
        {name: 'json', help: 'Print the plan, its numbers and the alternatives as JSON'},
        QUIET,
        ...GENERAL,
      ],
    },
  ],
  notes: ['Where no plan meets the objective, no policy is written.'],
  exit: '0 a plan meets the objective, 1 none does, or none does in the simulator, 2 wrong usage.',
  page: 'docs/guides/planning.md',
};

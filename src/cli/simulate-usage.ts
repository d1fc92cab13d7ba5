/** The table of `steadfetch simulate`. */
import {type CommandSpec, GENERAL, htmlOption, QUIET} from './command-spec.ts';
import {ENDPOINT_SCENARIOS, SCENARIOS} from './scenario-names.ts';

export const SIMULATE: CommandSpec = {
  name: 'simulate',
  summary: 'Simulate policies, beside calls without a policy, with the same deadline and without one',
  usage: ['simulate [<policy>...] --scenario <scenario> [options]'],
  about: ['The engine is the real one; time and the service are simulated.'],
  groups: [
    {
      title: 'Options',
      options: [
        {
          name: 'scenario',
          value: '<scenario>',
          file: true,
          help: `A scenario file (JSON, with a dot or a slash in its name), or one of these: ${SCENARIOS.join(', ')}. With several endpoints, for policies with endpoints: ${ENDPOINT_SCENARIOS.join(', ')}`,
        },
        {
          name: 'policy',
          value: '<policy>',
          file: true,
          many: true,
          help: 'The same as <policy>: a file, JSON or YAML, or the name of a preset (default: steadfetch:default)',
        },
        {name: 'seed', value: '<n>', help: "Seed of the random numbers (default: the scenario's)"},
        {
          name: 'runs',
          value: '<n>',
          help: 'Simulate with so many seeds, in parallel, and show the means with 95 % intervals (default: 1; with --assert 4 to 32, until each condition is surely met or missed)',
        },
        {
          name: 'rivals',
          help: 'Add models of what else is used: naive (3 retries at once), p-retry, resilience4j, grpc and openai, by their documented defaults',
        },
        {
          name: 'assert',
          value: '<conditions>',
          many: true,
          help: 'Conditions that each policy has to meet, such as "amplification<=1.2,success>=0.97". Ratios: success, amplification (requests per call), paid, hedges, moves, all per call; milliseconds: p50, p90, p95, p99, p999 (of all calls, failed ones infinite), recovery',
        },
        htmlOption('the table'),
        {name: 'json', help: 'Write all numbers as JSON; null stands for infinite'},
        QUIET,
        ...GENERAL,
      ],
    },
  ],
  notes: [
    'One policy, or the scenario, may be - for standard input. Ctrl-C ends the simulation, and what was found until then is written.',
  ],
  exit: '0, 1 a condition was not met or the run was interrupted, 2 wrong usage.',
  page: 'docs/simulate.md',
};

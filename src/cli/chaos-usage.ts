/** The table of `steadfetch chaos`. */
import {type CommandSpec, GENERAL, QUIET} from './command-spec.ts';
import {ALL_SCENARIOS} from './scenario-names.ts';

export const CHAOS: CommandSpec = {
  name: 'chaos',
  summary: 'Serve a scenario: a real local server that fails as the scenario says',
  usage: ['chaos <scenario> [options]'],
  about: [
    `A scenario is a file (JSON, with a dot or a slash in its name), or one of these: ${ALL_SCENARIOS.join(', ')}. The server plays its service, or each of its endpoints at a port of its own, and the requests come from your client; the traffic of the scenario is not sent.`,
  ],
  groups: [
    {
      title: 'Options',
      options: [
        {name: 'scenario', value: '<scenario>', file: true, help: 'The same as <scenario>'},
        {
          name: 'port',
          value: '<n>',
          help: 'Port to listen on; 0 is any free one (default: 8080). Further endpoints have the ports after it',
        },
        {name: 'host', value: '<address>', help: 'Address to listen on (default: 127.0.0.1)'},
        {name: 'yes', help: 'Let other machines reach the server, by a --host that is not of this machine alone'},
        {name: 'seed', value: '<n>', help: "Seed of the random numbers (default: the scenario's, or 155)"},
        {
          name: 'time-from',
          value: '<event>',
          values: ['first-request', 'start'],
          help: 'When the time of the faults begins: first-request, or start (default: first-request)',
        },
        {name: 'body', value: '<file>', file: true, help: 'JSON that each success has as its body'},
        {
          name: 'body-ms',
          value: '<ms>',
          help: 'How long a body takes after its headers (default: that of the scenario)',
        },
        {name: 'bandwidth', value: '<n>', help: 'Bytes of each body that are sent in a second (default: no limit)'},
        {
          name: 'total-bandwidth',
          value: '<n>',
          help: 'Bytes of all bodies that the server, or each endpoint, sends in a second (default: no limit)',
        },
        {
          name: 'json',
          help: 'Write lines of JSON: one when the server listens, one each minute, and one at the end',
        },
        QUIET,
        ...GENERAL,
      ],
    },
  ],
  notes: [
    'The scenario, or the body, may be - for standard input. What was served goes to standard output, the progress to standard error.',
    'Ctrl-C ends the server with all its connections, and prints what it served.',
  ],
  exit: '0, 1 another process took the port while the scenario refused connections, 2 wrong usage, nothing was started.',
  operands: ALL_SCENARIOS,
  page: 'docs/chaos.md',
};

/** Policies for services where people read what a call does. */

import {declared, type FieldPolicy} from './policy.ts';

const transient = [408, 429, '5xx', 'network', 'timeout'] as const;

export const messagePolicies: readonly FieldPolicy[] = [
  {
    name: 'GitHub: reads, with the 403 of its rate limit',
    policy: {
      retryOn: [403, 429, 500, 502, 503, 'network', 'timeout'],
      routes: [{match: {methods: ['GET']}, deadlineMs: 20_000, attemptTimeoutMs: 5000}],
    },
    finds: ['RL102 error retryOn[0]'],
    not: ['RL101'],
  },
  {
    name: 'GitHub: issues, comments, workflows',
    policy: {
      routes: declared(
        '/repos/*/*/issues',
        '/repos/*/*/issues/*/comments',
        '/repos/*/*/actions/workflows/*/dispatches',
      ),
    },
    finds: [
      'RL101 error routes[0].match.methods',
      'RL101 error routes[1].match.methods',
      'RL101 error routes[2].match.methods',
    ],
    not: [],
  },
  {
    name: 'GitHub: Markdown is rendered, GraphQL may be anything',
    policy: {routes: declared('/markdown', '/graphql')},
    finds: ['RL101 info routes[1].match.methods'],
    not: [],
    unfixed: ['RL101'],
  },
  {
    name: 'Slack: methods that read',
    policy: {routes: declared('/api/conversations.history', '/api/users.list', '/api/auth.test', '/api/users.info')},
    finds: [],
    not: ['RL101'],
  },
  {
    name: 'Slack: a message is posted',
    policy: {routes: declared('/api/chat.postMessage')},
    finds: ['RL101 error routes[0].match.methods'],
    not: [],
  },
  {
    name: 'Slack: an incoming webhook, not declared',
    policy: {
      routes: [
        {match: {methods: ['POST'], origin: 'https://hooks.slack.com', path: '/services/**'}, retryOn: [429, 503]},
      ],
    },
    finds: ['RL101 error routes[0].match.methods'],
    not: [],
  },
  {
    name: 'Discord and Microsoft Teams: messages of a channel',
    policy: {
      retryOn: transient,
      routes: declared('/api/v10/channels/*/messages', '/v1.0/teams/*/channels/*/messages', '/channels/*/messages'),
    },
    finds: [
      'RL101 error routes[0].match.methods',
      'RL101 error routes[1].match.methods',
      'RL101 error routes[2].match.methods',
    ],
    not: [],
  },
  {
    name: 'Twilio: a message that is declared harmless',
    policy: {routes: declared('/2010-04-01/Accounts/*/Messages.json', '/v2/Services/*/Verifications')},
    finds: ['RL101 error routes[0].match.methods', 'RL101 error routes[1].match.methods'],
    not: [],
  },
  {
    name: 'Twilio: a message that is retried only after 429',
    policy: {
      routes: [{match: {methods: ['POST'], path: '/2010-04-01/Accounts/*/Messages.json'}, retryOn: [429, 'network']}],
    },
    finds: [],
    not: ['RL101'],
  },
  {
    name: 'SendGrid: mail, not declared',
    policy: {routes: [{match: {methods: ['POST'], path: '/v3/mail/send'}, retryOn: [429, '5xx', 'timeout']}]},
    finds: ['RL101 error routes[0].match.methods'],
    not: [],
  },
  {
    name: 'Google Forms: an answer is handed in',
    policy: {routes: declared('/v1/forms/*/responses')},
    finds: ['RL101 error routes[0].match.methods'],
    not: [],
  },
  {
    name: 'Firebase: a message is sent',
    policy: {routes: declared('/v1/projects/*/messages:send')},
    finds: ['RL101 error routes[0].match.methods'],
    not: [],
  },
];

/** `node scripts/pictures/lease.ts`: draws docs/images/lease.svg, the life of a key whose first run stops. */
import {writeFileSync} from 'node:fs';
import {draw, type Lane} from './lanes.ts';

/** In units of which the picture has a hundred. */
const LANES: readonly Lane[] = [
  {
    name: 'first run',
    spans: [
      {from: 4, to: 38, kind: 'good', text: 'handler, token 1'},
      {from: 38, to: 84, kind: 'bad', text: 'stopped: no renewal'},
    ],
    moments: [
      {at: 4, text: 'claim', above: true},
      {at: 15, text: 'renew', above: true},
      {at: 26, text: 'renew', above: true},
      {at: 84, text: 'complete with token 1: refused', above: true},
    ],
  },
  {
    name: 'key in the store',
    spans: [
      {from: 4, to: 59, kind: 'good', text: 'running, token 1'},
      {from: 59, to: 66, kind: 'wait', text: ''},
      {from: 66, to: 78, kind: 'good', text: 'token 2'},
      {from: 78, to: 100, kind: 'good', text: 'completed'},
    ],
    moments: [
      {at: 26, text: 'last renewal'},
      {at: 59, text: 'lease lapses'},
    ],
  },
  {
    name: 'retries',
    spans: [{from: 66, to: 78, kind: 'good', text: 'handler'}],
    moments: [
      {at: 46, text: '409, Retry-After'},
      {at: 66, text: 'claim', above: true},
      {at: 92, text: 'replayed'},
    ],
  },
];

const svg = draw({
  width: 760,
  left: 116,
  title:
    'A first run claims a key with token 1, renews its lease twice and stops. Retries get 409 until the lease lapses. With afterLoss run-again the next retry claims the key with token 2 and completes it. The first run wakes up, and its token is refused.',
  lanes: LANES,
});

writeFileSync(new URL('../../docs/images/lease.svg', import.meta.url), svg);

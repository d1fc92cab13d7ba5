/** `node scripts/pictures/shared-lease.ts`: draws docs/images/shared-lease.svg, the permits of a process that is killed. */
import {writeFileSync} from 'node:fs';
import {draw, type Lane} from './lanes.ts';

const LANES: readonly Lane[] = [
  {
    name: 'process A',
    spans: [
      {from: 0, to: 76, kind: 'good', text: 'holds 5; 5 calls wait'},
      {from: 76, to: 100, kind: 'good', text: 'holds 10'},
    ],
    moments: [
      {at: 8, text: 'renews every 250 ms', above: true},
      {at: 60, text: 'asks for 10: gets 5', above: true},
    ],
  },
  {
    name: 'Redis, 10',
    spans: [
      {from: 0, to: 74, kind: 'good', text: '5 permits of A, 5 of B'},
      {from: 74, to: 100, kind: 'good', text: '10 of A'},
    ],
    moments: [{at: 74, text: 'the lease of B ends'}],
  },
  {
    name: 'process B',
    spans: [
      {from: 0, to: 30, kind: 'good', text: 'holds 5'},
      {from: 30, to: 100, kind: 'bad', text: 'killed'},
    ],
    moments: [
      {at: 28, text: 'renews for the last time', above: true},
      {at: 74, text: '5 s later'},
    ],
  },
];

const svg = draw({
  width: 440,
  left: 74,
  title:
    'Two processes share ten permits and hold five each. B is killed after it has renewed its lease. Until the lease ends, 5 s later, A gets no more than its five, and its calls wait. Then A holds all ten.',
  lanes: LANES,
});

writeFileSync(new URL('../../docs/images/shared-lease.svg', import.meta.url), svg);

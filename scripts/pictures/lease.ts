/** `node scripts/pictures/lease.ts`: draws docs/images/lease.svg, the life of a key whose first run stops. Light or dark as the page is. */
import {writeFileSync} from 'node:fs';
import {DARK, LIGHT, type Theme} from '../../src/charts/theme.ts';

const WIDTH = 760;
const LEFT = 116;
const ROW = 62;
const TOP = 34;

type Kind = 'good' | 'bad' | 'wait';

interface Span {
  readonly from: number;
  readonly to: number;
  readonly kind: Kind;
  readonly text: string;
}

interface Moment {
  readonly at: number;
  readonly text: string;
  /** Above or below the bar. */
  readonly above?: boolean;
}

interface Lane {
  readonly name: string;
  readonly spans: readonly Span[];
  readonly moments: readonly Moment[];
}

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

const HEIGHT = TOP + LANES.length * ROW + 4;
const x = (at: number): number => LEFT + ((WIDTH - LEFT - 12) * at) / 100;

function lane({name, spans, moments}: Lane, row: number): string {
  const middle = TOP + row * ROW + ROW / 2 - 8;
  return [
    `<text class="text" x="0" y="${middle + 4}">${name}</text>`,
    `<line class="line" x1="${LEFT}" x2="${WIDTH - 12}" y1="${middle}" y2="${middle}"/>`,
    ...spans.map(({from, to, kind, text}) => {
      const width = x(to) - x(from);
      const label =
        text === ''
          ? ''
          : `<text class="on" x="${x(from) + width / 2}" y="${middle + 4}" text-anchor="middle">${text}</text>`;
      return `<rect class="${kind}" x="${x(from)}" y="${middle - 11}" width="${width - 1}" height="22" rx="2"/>${label}`;
    }),
    ...moments.map(({at, text, above = false}) => {
      const end = above ? middle - 15 : middle + 15;
      return `<line class="moment" x1="${x(at)}" x2="${x(at)}" y1="${middle}" y2="${end}"/><text class="faint" x="${x(at)}" y="${above ? end - 3 : end + 11}" text-anchor="${at > 80 ? 'end' : at < 10 ? 'start' : 'middle'}">${text}</text>`;
    }),
  ].join('\n');
}

const styleOf = ({text, faint, line, good, bad, wait, onBar}: Theme): string =>
  `.text{fill:${text}}.faint{fill:${faint};font-size:11px}.line{stroke:${line}}.moment{stroke:${faint}}.good{fill:${good}}.bad{fill:${bad}}.wait{fill:${wait}}.on{fill:${onBar};font-size:11px}`;

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title" font-family="system-ui, sans-serif" font-size="13">
<title id="title">A first run claims a key with token 1, renews its lease twice and stops. Retries get 409 until the lease lapses. With afterLoss run-again the next retry claims the key with token 2 and completes it. The first run wakes up, and its token is refused.</title>
<style>${styleOf(LIGHT)}@media (prefers-color-scheme: dark){${styleOf(DARK)}}</style>
<text class="faint" x="${WIDTH - 12}" y="14" text-anchor="end">time →</text>
${LANES.map(lane).join('\n')}
</svg>
`;

writeFileSync(new URL('../../docs/images/lease.svg', import.meta.url), svg);

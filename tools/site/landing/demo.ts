/** The first screen: three faults, each without steadfetch and with it. */
import {base} from '../site.ts';
import type {Burst, Figures, Storm} from './figures.ts';

export interface Fault {
  readonly title: string;
  readonly alone: Card;
  readonly ours: Card;
  /** What was done, and where more of it stands. */
  readonly caption: string;
}

export interface Card {
  readonly name: string;
  readonly number: string;
  readonly unit: string;
  readonly picture: string;
  readonly line?: string;
}

export function faultsOf(figures: Figures): readonly Fault[] {
  return [burst(figures), storm(figures), charge(figures)];
}

const link = (page: string, text: string): string => `<a href="${base}${page}">${text}</a>`;

function burst({burst: {alone, ours}}: Figures): Fault {
  const lost = alone.calls - alone.answered;
  return {
    title: 'Model calls lost',
    alone: {
      name: 'openai alone',
      number: String(alone.answered),
      unit: `of ${alone.calls} answered`,
      picture: dots(alone, false),
      line: `${alone.requests} requests, ${lost} calls lost`,
    },
    ours: {
      name: 'openai over steadfetch',
      number: String(ours.answered),
      unit: `of ${ours.calls} answered`,
      picture: dots(ours, true),
      line: `${ours.requests} requests, all answered after ${ours.seconds} s`,
    },
    caption: `${alone.calls} calls at once. The account admits ${A_SECOND} a second, one row of dots. Its 429 says <code>Retry-After: 1</code>. ${link('conformance-models.html#method', 'How it was measured')}`,
  };
}

/** What the account of the bench admits: TWENTY_PER_SECOND of bench/conformance/models/rows.ts. */
const A_SECOND = 20;
const DOT = 15;

/** A dot for each call. Answered ones are filled. */
function dots({calls, answered}: Burst, isFilling: boolean): string {
  const rows = Math.ceil(calls / A_SECOND);
  const height = rows * DOT;
  const filled = Math.floor(answered / A_SECOND) * DOT;
  const rest = (answered % A_SECOND) * DOT;
  const answers = `<g${isFilling ? ' class="fill"' : ''}>${ground(A_SECOND * DOT, filled)}${rest === 0 ? '' : `<g transform="translate(0 ${filled})">${ground(rest, DOT)}</g>`}</g>`;
  const label =
    answered === calls
      ? `All ${calls} dots are filled: every call was answered`
      : `${answered} of ${calls} dots are filled: ${calls - answered} calls failed`;
  return `<svg viewBox="0 0 ${A_SECOND * DOT} ${height}" role="img" aria-label="${label}"><rect width="${A_SECOND * DOT}" height="${height}" fill="url(#${isFilling ? 'waiting' : 'lost'})"/>${answers}</svg>`;
}

const ground = (width: number, height: number): string =>
  `<rect width="${width}" height="${height}" fill="var(--card)"/><rect width="${width}" height="${height}" fill="url(#answered)"/>`;

/** Patterns of the pictures, once for the page. */
export const PATTERNS: string = `<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>${(
  [
    ['answered', '<circle class="got" cx="7.5" cy="7.5" r="5"/>'],
    ['lost', '<circle class="hollow" cx="7.5" cy="7.5" r="4.2"/>'],
    ['waiting', '<circle class="rest" cx="7.5" cy="7.5" r="2"/>'],
  ] as const
)
  .map(
    ([id, circle]) =>
      `<pattern id="${id}" width="${DOT}" height="${DOT}" patternUnits="userSpaceOnUse">${circle}</pattern>`,
  )
  .join('')}</defs></svg>`;

function storm({storm: {alone, ours, seconds, spike}}: Figures): Fault {
  const card = (name: string, of: Storm, line: string): Card => ({
    name,
    number: `${of.percent} %`,
    unit: 'answered',
    picture: bars(of, seconds, spike),
    line,
  });
  return {
    title: 'Retry storm',
    alone: card(
      'Retries without a breaker',
      alone,
      `The service recovers ${alone.recoverySeconds} s after the spike: it works on requests whose callers have given up.`,
    ),
    ours: card(
      'steadfetch by default',
      ours,
      `Recovered ${ours.recoverySeconds} s after the spike: open breakers let the queue drain.`,
    ),
    caption: `Five times the load for 10 s on a service near its capacity. A bar is ${seconds / ours.answered.length} s: tall if most calls were answered. Calls without a policy that wait up to 30 s are all answered; few callers wait so long. ${link('defaults.html#breaker', 'How it was simulated')}`,
  };
}

const BAR = 5;
const TALL = 160;
const SHORT = 26;

function bars({answered, recoverySeconds}: Storm, seconds: number, spike: Figures['storm']['spike']): string {
  const width = answered.length * BAR;
  const of = (isTall: boolean): string =>
    answered
      .map((each, index) => ({each, x: index * BAR + 0.6}))
      .filter(({each}) => each === isTall)
      .map(({x}) => {
        const height = isTall ? TALL : SHORT;
        return `M${x.toFixed(1)} ${TALL + 10 - height}h3.8v${height}h-3.8z`;
      })
      .join('');
  const [from, to] = [spike.from * width, spike.to * width];
  return `<div><svg viewBox="0 0 ${width} 170" role="img" aria-label="Calls fail from the spike until ${recoverySeconds} s after it"><rect class="spike" x="${from.toFixed(1)}" width="${(to - from).toFixed(1)}" height="170"/><path class="got" d="${of(true)}"/><path class="hollow" d="${of(false)}"/></svg><p class="axis"><span>spike</span><span>${seconds} s</span></p></div>`;
}

function charge({pitfalls}: Figures): Fault {
  const steps = (items: readonly (readonly [kind: string, text: string])[]): string =>
    `<ol class="steps">${items.map(([kind, text]) => `<li${kind === '' ? '' : ` class="${kind}"`}><span>${text}</span></li>`).join('')}</ol>`;
  const begin = [
    ['', '<code>POST /v1/charges</code>'],
    ['hit', 'The server charges the card.'],
    ['cut', 'The connection is reset before the answer.'],
  ] as const;
  return {
    title: 'Charged twice',
    alone: {
      name: 'axios-retry',
      number: '2',
      unit: 'charges',
      picture: steps([...begin, ['', 'The POST is sent again.'], ['hit', 'The server charges the card again.']]),
    },
    ours: {
      name: 'steadfetch',
      number: '1',
      unit: 'charge',
      picture: steps([
        ...begin,
        ['stop', 'Not sent again: no idempotency key, and the server may have acted.'],
        [
          'stop',
          'With <code>idempotency: {}</code> it is sent again with the same key, and the server returns the first result.',
        ],
      ]),
    },
    caption: `A POST whose connection breaks, test T21b. OpenAI’s SDK sends it again too; ky, got and undici do not. ${link('conformance.html', `All ${pitfalls} pitfalls`)}`,
  };
}

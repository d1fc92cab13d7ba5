/** What `steadfetch triage` prints for people: at most 80 columns, printable characters only. */

import type {Sent} from '../core/outcome.ts';
import {yellow} from '../decide/classification.ts';
import type {Refusal} from '../decide/may-retry.ts';
import type {Policy} from '../policy/types.ts';
import type {Decision, TriagedFailure} from '../triage/assess.ts';
import type {NestedRetries} from '../triage/nested.ts';
import type {Suggestion} from '../triage/suggest.ts';
import type {Cause, TriageSummary} from '../triage/summary.ts';
import {plain} from '../triage/target.ts';
import type {WaitRange} from '../triage/wait-range.ts';
import {waitRange} from '../triage/wait-range.ts';
import {answerText} from './triage-answer.ts';
import {WIDTH, wrap} from './wrap.ts';

const INDENT = '       ';

export const tableHead = (): string => `${row('line', 'time UTC', 'method', 'signal', 'class', 'decision', 'wait')}\n`;

const DECISIONS: Readonly<Record<Decision, string>> = {
  retry: 'retry',
  'retry-with-key': 'retry with key',
  wait: 'wait',
  'do-not-retry': 'do not retry',
  fix: 'fix',
};
const ACTED: Readonly<Record<Sent, string>> = {
  'not-sent': 'not sent',
  'not-processed': 'not acted on',
  'maybe-processed': 'maybe acted on',
  processed: 'acted on',
};

/** @param file Where several logs are read. */
export function failureRows(triaged: TriagedFailure, file: string | undefined): string {
  const {line, failure, method, target, signal, light, sent, reason, decision, rule} = triaged;
  const {nextWait, isKeyNeeded, refusal, confidence, missing} = triaged;
  const time = failure.at === undefined ? '-' : new Date(failure.at).toISOString().slice(11, 19);
  const first = row(String(line), time, method ?? '?', plain(signal), light, DECISIONS[decision], waitText(nextWait));
  const facts = [
    file === undefined ? '' : plain(file),
    target ?? '',
    failure.attempt === undefined ? '' : `attempt ${failure.attempt}`,
    ACTED[sent],
    signal.startsWith(reason) ? '' : plain(reason),
    refusal === null ? '' : (EXPLAINED[refusal] ?? ''),
    rule.name,
    isKeyNeeded && refusal === null ? 'the key allows it' : '',
    confidence === 'high' ? '' : `confidence ${confidence}`,
    missing.length === 0 ? '' : `not logged: ${missing.join(', ')}`,
  ];
  return `${first}\n${wrapped(facts.filter(fact => fact !== ''))}\n`;
}

/** Refusals that the decision does not say already. */
const EXPLAINED: Readonly<Partial<Record<Refusal, string>>> = {
  'may-have-acted': 'without a key it may run twice',
  'attempts-exhausted': 'all attempts of the policy are used',
  'paid-timeout': 'a retry may be paid for twice',
  'retried-once': 'retried once already',
  'hint-too-long': 'the server asks for more than retryAfter.maxMs',
  nested: 'the client above retries',
};

function row(
  line: string,
  time: string,
  method: string,
  signal: string,
  light: string,
  decision: string,
  wait: string,
): string {
  const cells = [
    line.padStart(6),
    time.padEnd(8),
    cut(method, 7),
    cut(signal, 20),
    light.padEnd(6),
    decision.padEnd(14),
    wait,
  ];
  return cells.join(' ').trimEnd();
}

const cut = (text: string, width: number): string =>
  text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}~`;

/** Facts one after the other, on as many lines as they take. */
const wrapped = (facts: readonly string[], indent = INDENT): string =>
  wrap(facts.join('; '), {first: indent}).join('\n');

/** `0-400 ms`, `102.7-103.7 s`. */
function waitText(range: WaitRange | null): string {
  if (range === null) return '-';
  const {minMs, maxMs} = range;
  if (maxMs < 10_000) return `${between(Math.floor(minMs), Math.ceil(maxMs))} ms`;
  const tenths = (ms: number): number => Math.round(ms / 100) / 10;
  return `${between(tenths(minMs), tenths(maxMs))} s`;
}

const between = (low: number, high: number): string => (low === high ? String(low) : `${low}-${high}`);

const count = (value: number): string => value.toLocaleString('en');
const ratio = (value: number): string => value.toFixed(2);

/** @param policy With every default. */
export function summaryText(summary: TriageSummary, policy: Policy): string {
  const {failures, lights, retryableRatio, amplification, nested, suggestion, isComplete} = summary;
  const rows: [string, string][] = [
    ['class', `green ${count(lights.green)}, yellow ${count(lights.yellow)}, red ${count(lights.red)}`],
    ['decision', decisionsText(summary.decisions)],
    [
      'retryable',
      retryableRatio === null
        ? ''
        : `${Math.round(100 * retryableRatio)} % of the failures, under the policy "${plain(policy.name)}"`,
    ],
    ...causeRows(summary.causes),
    [
      'attempts',
      amplification.observed === null
        ? ''
        : `${ratio(amplification.observed)} failed ones for each failed first one in the log`,
    ],
    [
      'worst case',
      amplification.worstCase === null
        ? ''
        : `${ratio(amplification.worstCase)} attempts a call while these failures last`,
    ],
    ...nestedRows(nested),
    ['not read', notRead(summary)],
  ];
  const told = failures === 0 ? [] : rows.filter(([, text]) => text !== '');
  const left = failures === 0 && notRead(summary) !== '' ? [['not read', notRead(summary)] as [string, string]] : [];
  return [
    '',
    `steadfetch triage: ${count(failures)} failures${summary.lines > 0 ? ` in ${count(summary.lines)} lines` : ''}${isComplete ? '' : ', stopped before the end'}`,
    ...[...told, ...left].map(([name, text]) => `  ${name.padEnd(10)}  ${text}`),
    ...summary.unreadSamples.map(({line, shape}) => cutTo(`              line ${line}: ${plain(shape)}`, WIDTH)),
    ...(failures === 0 ? [] : waitRows(policy)),
    ...suggestionRows(suggestion),
    ...answerRows(summary),
    '',
  ].join('\n');
}

/** Last, where a terminal shows it: above are as many rows as the log has failures. */
function answerRows(summary: TriageSummary): string[] {
  const text = answerText(summary);
  return text === '' ? [] : ['', ...wrap(text)];
}

const cutTo = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}~`);

const counted = (times: number, noun: string): string => `${count(times)} ${noun}${times === 1 ? '' : 's'}`;

function decisionsText(decisions: Readonly<Record<Decision, number>>): string {
  return Object.entries(decisions)
    .filter(([, times]) => times > 0)
    .map(([decision, times]) => `${DECISIONS[decision as Decision]} ${count(times)}`)
    .join(', ');
}

function causeRows(causes: readonly Cause[]): [string, string][] {
  return causes.map(({count: times, light, signal, method, target, decision}, index) => {
    const place = [method ?? '?', target ?? ''].join(' ').trim();
    const text = `${count(times)} x ${light} ${plain(signal)}, ${place}`;
    const end = `: ${DECISIONS[decision]}`;
    const room = WIDTH - 14 - end.length;
    return [index === 0 ? 'causes' : '', `${text.length > room ? `${text.slice(0, room - 1)}~` : text}${end}`];
  });
}

function nestedRows({byHeader, byProxy, proxyTries, traces, worst}: NestedRetries): [string, string][] {
  const found = [
    byHeader > 0 ? `${count(byHeader)} came from a client that had retried already, by its header` : '',
    byProxy > 0 ? `${count(byProxy)} requests were sent to ${count(proxyTries)} servers by a proxy` : '',
    traces > 0 ? `${count(traces)} traces have retries inside of retries` : '',
    worst === null ? '' : `${worst.traceId}: ${count(worst.attempts)} attempts`,
  ].filter(text => text !== '');
  return found.map((text, index) => [index === 0 ? 'nested' : '', plain(text).slice(0, WIDTH - 14)]);
}

const notRead = ({unread, unreadable, tooLong}: TriageSummary): string =>
  [
    unread > 0 ? `${counted(unread, 'line')} with a sign of a failure, in a format that is not known` : '',
    unreadable > 0 ? `${count(unreadable)} that may hold a failure are malformed` : '',
    tooLong > 0 ? `${count(tooLong)} longer than 4 MiB` : '',
  ]
    .filter(text => text !== '')
    .join(', ');

/** How the waits of the table follow from the policy. */
function waitRows({backoff}: Policy): string[] {
  const [first, second, third] = [1, 2, 3].map(attempt => waitRange(backoff, attempt, yellow('503'), null));
  const texts = [first!, second!, third!].map(waitText).join(', ');
  return [`  waits       ${texts} after attempts 1, 2, 3`, wrapped([second!.convention], ' '.repeat(14))];
}

function suggestionRows({changes}: Suggestion): string[] {
  if (changes.length === 0) return [];
  return [
    '',
    'Suggested changes of the policy:',
    ...changes.flatMap(({field, from, to, reason}) => [
      ...diffLines('-', field, from),
      ...diffLines('+', field, to),
      wrapped([reason]),
    ]),
  ];
}

function diffLines(sign: '-' | '+', field: string, value: unknown): string[] {
  const text = `${sign} "${field}": ${JSON.stringify(value)}`;
  return wrap(text.replaceAll(',', ', '));
}

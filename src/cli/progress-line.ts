/** Formats the progress as one line that fits the width of the terminal. */
import type {ProgressView, Waiting} from './progress-state.ts';

/** Few lengths, so that the text does not move whenever a number gets another digit. */
const BARS = [40, 30, 20, 10];

/** @param columns The width of the terminal. The last column stays free: some terminals begin a new line after it. */
export function progressBar(view: ProgressView, columns: number): string {
  const width = columns - 1;
  const {total, finished} = view;
  const ratio = total === 0 ? 1 : finished / total;
  const percentage = `${Math.floor(100 * ratio)} %`;
  const facts = [percentage, ...factsOf(view)];
  // A narrow terminal drops the percentage first, since the count has the same fact.
  const text = [facts, facts.slice(1), [percentage, statusOf(view)], [statusOf(view)], [percentage]]
    .map(each => each.filter(fact => fact !== '').join(' | '))
    .find(({length}) => length <= width);
  if (text === undefined) return '';
  const bar = BARS.find(length => length + 1 + text.length <= width);
  if (bar === undefined) return text;
  const full = Math.round(bar * ratio);
  return `${'█'.repeat(full)}${'░'.repeat(bar - full)} ${text}`;
}

/** The progress in a log: without the bar. */
export const progressText = (view: ProgressView): string =>
  factsOf(view)
    .filter(fact => fact !== '')
    .join(', ');

function factsOf(view: ProgressView): string[] {
  const {total, finished, failed, unit} = view;
  const progress = `${count(finished)} of ${count(total)}`;
  return [
    unit === undefined ? progress : `${progress} ${unit}`,
    failed > 0 ? `${count(failed)} failed` : '',
    statusOf(view),
  ];
}

/** What the run waits for, and why attempts fail. */
function statusOf({failing, waiting}: ProgressView): string {
  const cause = failing === null ? '' : plain(failing.reason);
  const wait = waitOf(waiting);
  if (waiting.for === 'the end of a hold') return cause === '' ? wait : `${cause}: ${wait}`;
  if (failing === null) return wait;
  const often = failing.attempts === 1 ? cause : `${cause} ${count(failing.attempts)} times in a row`;
  // Retries after failures do not show how much time is left.
  return waiting.for === 'the rest' ? often : `${often}, ${wait}`;
}

function waitOf(waiting: Waiting): string {
  switch (waiting.for) {
    case 'requests under way':
      return `stopping, ${count(waiting.underWay)} under way`;
    case 'an answer':
      return `no answer for ${duration(waiting.silentMs)}, ${count(waiting.underWay)} under way`;
    case 'the end of a hold':
      return `held, next try in ${duration(waiting.ms)}`;
    case 'a retry':
      return `next try in ${duration(waiting.ms)}`;
    case 'the rest':
      return waiting.leftMs === null ? '' : `${duration(waiting.leftMs)} left`;
  }
}

/** Leaves what is one column wide in every terminal. */
export const plain = (text: string): string =>
  Array.from(text, letter => (letter >= ' ' && letter <= '~' ? letter : '?')).join('');

const count = (value: number): string => value.toLocaleString('en');

/** Rounded up: `0 s` would be over. */
export function duration(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return `${Math.round(minutes / 60)} h`;
}

/** Formats numbers and lists for messages. */

import {formatNumber} from '../dialects/format-number.ts';

export {formatNumber};

/** Formats a share from 0 to 1: `99.49 %`. Close to 1 it has more digits, and it never rounds up to 100 %. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent <= 99 || percent >= 100) return `${Number(percent.toPrecision(3))} %`;
  const digits = Math.min(6, 1 + Math.ceil(-Math.log10(100 - percent)));
  const unit = 10 ** digits;
  // Compensates for floating-point error just below a digit.
  return `${Math.floor(percent * unit + 1e-6) / unit} %`;
}

/** `a, b and c`. */
export function formatList(words: readonly string[], last = 'and'): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

export const formatCount = (count: number, one: string, many = `${one.replace(/y$/, 'ie')}s`): string =>
  `${formatNumber(count)} ${count === 1 ? one : many}`;

/** A value as a person would write it into a program of JavaScript: names without quotes, texts in the quotes that the file has. */

import type {Source} from '../tree.ts';

type Quote = '"' | "'";

export function writerFor(text: string): NonNullable<Source['writer']> {
  const quote = quoteOf(text);
  return {key: key => writeKey(key, quote), value: value => write(value, quote)};
}

/** The quotes that most texts of a file are in. */
const quoteOf = (text: string): Quote => (text.split("'").length > text.split('"').length ? "'" : '"');

const writeKey = (key: string, quote: Quote): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key, quote));

function write(value: unknown, quote: Quote): string {
  if (Array.isArray(value)) return `[${value.map(item => write(item, quote)).join(', ')}]`;
  if (typeof value === 'string') return quoted(value, quote);
  if (typeof value !== 'object' || value === null)
    return typeof value === 'number' ? String(value) : JSON.stringify(value);
  const fields = Object.entries(value).map(([key, item]) => `${writeKey(key, quote)}: ${write(item, quote)}`);
  return `{${fields.join(', ')}}`;
}

const quoted = (text: string, quote: Quote): string =>
  quote === '"'
    ? JSON.stringify(text)
    : `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;

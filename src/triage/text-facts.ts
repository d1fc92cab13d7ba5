/**
 * What the text of an error says of a refusal. The words are those of the engine's tables (decide/refusals.ts, decide/general-refusals.ts), which it
 * reads in bodies; here they are found in a sentence, in which the body may stand as JSON or as Python prints it.
 */
import {Lru} from '../core/lru.ts';
import {type ErrorFacts, readErrorBody} from '../decide/error-body.ts';
import {generalMeaning} from '../decide/general-refusals.ts';
import {REFUSALS, refusalOf} from '../decide/refusals.ts';
import {pythonLiteral} from './python-literal.ts';

/**
 * The codes of the table that no sentence has by chance: `insufficient_quota`, `ThrottlingException`. Single words such as `overloaded` and
 * `INTERNAL` are codes only where a field holds them.
 */
const CODES: ReadonlySet<string> = new Set(
  REFUSALS.filter(row => row.in === 'code')
    .flatMap(row => row.words)
    .filter(word => /_|[a-z][A-Z]/.test(word)),
);
const WORD = /[A-Za-z]\w{3,60}/g;
/** A path can have any word in it. */
const ADDRESS = /\b[a-z]{2,10}:\/\/[^\s'"]+|(?<![\w/])\/[\w.~%/-]+/g;
/** What every client prints beside a status: the server has not said it. */
const REASON_PHRASE =
  /\b(?:Service (?:Temporarily )?Unavailable|Too Many Requests|Bad Gateway|Gateway Time-?out|Internal Server Error|(?:Server|Client) Error|Payment Required)\b/g;
/** Longer texts are cut. */
const LONGEST = 16_384;

/** The body inside of a text: an object of JSON, or of Python. Undefined without one. */
export function bodyWithin(text: string): unknown {
  const start = text.search(/[{[]\s*['"]|\{\s*\\"/);
  if (start < 0) return undefined;
  const rest = text.slice(start, start + LONGEST);
  const whole = rest.slice(0, Math.max(rest.lastIndexOf('}'), rest.lastIndexOf(']')) + 1);
  return parsed(whole) ?? parsed(whole.replaceAll('\\"', '"')) ?? pythonLiteral(rest);
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Texts of a log repeat, and reading one takes a dozen searches. */
const KEPT = 256;
const read = new Lru<string, {readonly facts: ErrorFacts | null}>(KEPT);

/** The facts of a text as the engine would read them in a body; null if the text says nothing. */
export function factsIn(text: string): ErrorFacts | null {
  const short = text.slice(0, LONGEST);
  const known = read.get(short);
  if (known !== undefined) return known.facts;
  const facts = readFacts(short);
  read.add(short, {facts});
  return facts;
}

function readFacts(text: string): ErrorFacts | null {
  const short = text.replaceAll(ADDRESS, ' ').replaceAll(REASON_PHRASE, ' ');
  const inside = readErrorBody(bodyWithin(short));
  const around = readErrorBody(short);
  const codes = new Set(inside?.codes ?? []);
  for (const [word] of short.matchAll(WORD)) if (CODES.has(word)) codes.add(word);
  if (around === null && codes.size === 0) return null;
  return {
    codes: [...codes],
    message: inside?.message || around?.message || '',
    quotas: inside?.quotas ?? [],
    hint: inside?.hint ?? around?.hint ?? null,
  };
}

/**
 * The status that a vendor sends with these words; undefined for other words.
 *
 * @param isError The text is that of an error: a sentence that is none can have all words but codes.
 */
export function statusByWords(facts: ErrorFacts, isError: boolean): number | undefined {
  const row = refusalOf(isError ? facts : {...facts, message: '', quotas: []});
  if (row !== null) return row.status;
  return isError && generalMeaning(facts, 429) === 'exhausted' ? 429 : undefined;
}

/** logfmt: `level=error msg="request failed" status=503`, as logrus, go-kit, Heroku and structlog's console write it. */
import type {LoggedFailure} from '../failure.ts';
import type {Fields} from '../fields.ts';
import {ATTEMPT, canonical, ERROR, FlatRecord, GRPC, METHOD, STATUS, TARGET} from '../record.ts';
import {readFlatRecord} from './flat-record.ts';

const PAIR = /(?:^|\s)([A-Za-z_][\w.@-]{0,60})=("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']\S*|)(?=\s|$)/g;
/** One of these makes a line of pairs one that can tell of a failure. */
const TELLING: ReadonlySet<string> = new Set([...STATUS, ...GRPC, ...ERROR]);
const KNOWN: ReadonlySet<string> = new Set([...TELLING, ...METHOD, ...TARGET, ...ATTEMPT]);
const MOST_PAIRS = 100;

/** Null for a success; undefined: another format, or nothing that is understood. */
export function readLogfmt(line: string): LoggedFailure | null | undefined {
  if (!line.includes('=')) return undefined;
  const pairs: [string, string][] = [];
  let firstAt = -1;
  for (const found of line.matchAll(PAIR)) {
    if (firstAt < 0) firstAt = found.index;
    pairs.push([found[1]!, unquoted(found[2]!)]);
    if (pairs.length >= MOST_PAIRS) break;
  }
  const names = pairs.map(([name]) => canonical(name));
  if (names.filter(name => KNOWN.has(name)).length < 2 && !(names.length >= 3 && names.some(name => TELLING.has(name))))
    return undefined;
  const record: Fields = Object.fromEntries(pairs);
  // structlog writes the event before the pairs.
  const before = line.slice(0, firstAt).trim();
  const told = before === '' ? record : {...record, text: before};
  return readFlatRecord(new FlatRecord({...timeIn(before), ...told}), 'logfmt line');
}

const unquoted = (value: string): string =>
  value.startsWith('"')
    ? value.slice(1, -1).replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter))
    : value.replace(/^'(.*)'$/, '$1');

function timeIn(before: string): Fields {
  const time = /^\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)/.exec(before)?.[1];
  return time === undefined ? {} : {time};
}

/** What a field that does not exist was meant to be: a slip of the pen, a name from another library, or a field of another object. */

import {fieldsOf, kindsOf} from './words.ts';

/** The clause after "is not a field of …", with its mark; empty where nothing comes close. */
export function hintFor(key: string, owner: string, object: Readonly<Record<string, unknown>>): string {
  const free = (fieldsOf[owner] ?? []).filter(field => !Object.hasOwn(object, field));
  const near = nearest(key, free);
  if (near !== undefined && normalise(near) === normalise(key)) return `; did you mean "${near}"?`;
  const alias = aliasFor(key, owner, object[key]);
  if (alias !== undefined) return `; ${alias}`;
  if (near !== undefined) return `; did you mean "${near}"?`;
  const homes = homesOf(key, owner);
  return homes === undefined ? '' : `; it belongs ${homes}`;
}

/** The word that is closest to a misspelt one, if one is close enough to be meant. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  if (word.length > 40) return undefined;
  const wanted = normalise(word);
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of words) {
    const distance = editDistance(wanted, normalise(candidate));
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

/** Where a field of this name lives. */
function homesOf(key: string, owner: string): string | undefined {
  const isTop = ['policy', 'route', 'call'].includes(owner);
  if (fieldsOf.policy?.includes(key))
    return owner === 'call' ? 'in the policy, or in one of its routes' : 'at the top of the policy';
  const owners = Object.keys(fieldsOf).filter(
    name => !name.includes('.') && !name.endsWith('[]') && fieldsOf[name]?.includes(key),
  );
  const parts = [...new Set(owners.map(name => name.split(':')[0] as string))].filter(name =>
    fieldsOf[isTop ? owner : 'policy']?.includes(name),
  );
  return parts.length === 0 ? undefined : `in ${parts.join(' or ')}`;
}

interface Alias {
  readonly to: string;
  readonly note?: string;
}

const alias = (to: string, note?: string): Alias => (note === undefined ? {to} : {to, note});
const resends = alias('maxAttempts', 'which counts the first send too');
const attempts = alias('maxAttempts', 'which counts the first send');
const bound = alias(
  'attemptTimeoutMs',
  'which bounds one attempt, or deadlineMs, which bounds the whole call, both in milliseconds',
);
const whole = alias('deadlineMs', 'which bounds the whole call, waits included, in milliseconds');
const base = alias('backoff.baseMs', 'in milliseconds');
const cap = alias('backoff.capMs', 'in milliseconds');
const factor = alias('backoff.factor');
const triggers = alias('retryOn', 'a list of statuses, "network", "timeout" and gRPC code names');
const methods = alias('idempotentMethods', 'the methods that may be sent twice although the server may have acted');
const breaker = alias('breaker');
const concurrency = alias('concurrency.max');

/** Names that other retry libraries use, without case, hyphens and underscores. */
const aliases: Readonly<Record<string, Alias>> = {
  retries: resends,
  retry: resends,
  retrylimit: resends,
  retrycount: resends,
  maxretry: resends,
  maxretries: resends,
  maxretryattempts: resends,
  numretries: resends,
  limit: resends,
  attempts,
  numofattempts: attempts,
  tries: attempts,
  maxtries: attempts,
  timeout: bound,
  timeoutms: bound,
  requesttimeout: bound,
  pertrytimeout: alias('attemptTimeoutMs'),
  attempttimeout: alias('attemptTimeoutMs', 'in milliseconds'),
  totaltimeout: whole,
  totaltimeoutms: whole,
  deadline: whole,
  maxretrytime: whole,
  maxelapsedtime: whole,
  statuscodes: triggers,
  retrystatuscodes: triggers,
  retryablestatuscodes: triggers,
  httpstatuscodes: triggers,
  codes: triggers,
  retrycondition: triggers,
  shouldretry: triggers,
  methods,
  httpmethods: methods,
  retrymethods: methods,
  allowedmethods: methods,
  delay: base,
  delayms: base,
  retrydelay: base,
  basedelay: base,
  initialdelay: base,
  initialinterval: base,
  initialbackoff: base,
  startingdelay: base,
  mintimeout: base,
  mindelay: base,
  maxtimeout: cap,
  maxdelay: cap,
  maxinterval: cap,
  maxbackoff: cap,
  backofflimit: cap,
  multiplier: factor,
  backoffmultiplier: factor,
  backofffactor: factor,
  timemultiple: factor,
  exponent: factor,
  randomize: alias('backoff.jitter', '"none", "full", "equal" or "decorrelated"'),
  maxretryafter: alias('retryAfter.maxMs', 'in milliseconds'),
  respectretryafter: alias('retryAfter.honor'),
  honorretryafter: alias('retryAfter.honor'),
  circuitbreaker: breaker,
  bulkhead: concurrency,
  maxconcurrent: concurrency,
  maxconcurrency: concurrency,
  hedging: alias('hedge'),
  idempotencykey: alias('idempotency', 'which says by which header this server deduplicates'),
  type: alias('kind'),
  strategy: alias('backoff.kind', '"exponential", "linear", "constant" or "list"'),
};

function aliasFor(key: string, owner: string, value: unknown): string | undefined {
  const name = normalise(key);
  const found = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
  if (found === undefined) return undefined;
  const field = fieldBelow(found.to, owner);
  if (field === undefined) return undefined;
  const example = found === resends && isCount(value) ? `: ${key} ${value} is maxAttempts ${value + 1}` : '';
  return `use ${field}${found.note === undefined ? '' : `, ${found.note}`}${example}`;
}

/** The field as someone inside `owner` would write it, if it can be written there. */
function fieldBelow(to: string, owner: string): string | undefined {
  const [part = '', field] = to.split('.');
  const [ownPart = ''] = owner.split(':');
  if (['policy', 'route', 'call'].includes(owner)) return fieldsOf[owner]?.includes(part) ? to : undefined;
  if (field !== undefined && part === ownPart) return fieldsOf[owner]?.includes(field) ? field : undefined;
  return to === 'kind' && kindsOf[ownPart] !== undefined ? 'kind' : undefined;
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1e6;
const normalise = (word: string): string => word.toLowerCase().replace(/[-_\s]/g, '');

/** Damerau–Levenshtein, restricted: a swap of neighbours is one slip, as it is on a keyboard. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({length: b.length + 1}, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1;
      let least = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + change,
      );
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwap) least = Math.min(least, (beforeLast[column - 2] as number) + 1);
      current.push(least);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] as number;
}

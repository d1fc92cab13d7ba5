/**
 * A dialect that exists only here: the routes of a made-up gateway, much like Envoy's. Durations are texts, retries are counted
 * without the first attempt, triggers stand in one text, jitter is built in, and the method of a call is never asked for.
 */

import {type DialectDefinition, defineDialect} from '../../../lint/dialects/define-dialect.ts';
import type {Capabilities, Dialect, FieldChange, TreeChange} from '../../../lint/dialects/dialect.ts';
import type {Field} from '../../../lint/dialects/words.ts';
import type {Shape, ShapeProblem, UnitData} from '../../../lint/shape/shape.ts';
import {type Place, type Places, placesOf} from '../../../lint/source/places.ts';
import {propertyOf, type Source} from '../../../lint/source/tree.ts';
import {type Unit, unitAt} from '../../../lint/source/unit.ts';
import {formatValue} from '../../../src/policy/format.ts';
import type {RetryTrigger} from '../../../src/policy/types.ts';

export const capabilities: Capabilities = {
  gatesByMethod: false,
  jitter: 'builtin',
  attemptTimeout: true,
  honorsHint: false,
  defaultBudget: true,
  kind: 'call',
};

const TRIGGERS: Readonly<Record<string, RetryTrigger>> = {
  '5xx': '5xx',
  reset: 'network',
  'per-try-timeout': 'timeout',
  unavailable: 'UNAVAILABLE',
};

const triggerOf = (word: string): RetryTrigger | undefined =>
  /^\d{3}$/.test(word) ? Number(word) : Object.hasOwn(TRIGGERS, word) ? TRIGGERS[word] : undefined;

const formatTrigger = (trigger: unknown): string =>
  Object.keys(TRIGGERS).find(word => TRIGGERS[word] === trigger) ?? String(trigger);

const formatMs = (ms: number): string => (ms >= 1000 ? `${ms / 1000}s` : `${ms}ms`);

function msOf(text: unknown): number | undefined {
  const [, number, unit] = (typeof text === 'string' && /^(\d+(?:\.\d+)?)(ms|s)$/.exec(text)) || [];
  return number === undefined ? undefined : Number(number) * (unit === 's' ? 1000 : 1);
}

/** A field with how it is read and written. */
interface GatewayField extends Field {
  readonly fits: string;
  /** Undefined for what cannot be used. */
  readonly read: (value: unknown) => unknown;
  readonly write: (value: unknown) => unknown;
}

const duration = (name: string): GatewayField => ({
  name,
  fits: 'a duration such as 250ms or 2s',
  format: value => (typeof value === 'number' ? formatMs(value) : String(value)),
  read: msOf,
  write: value => (typeof value === 'number' ? formatMs(value) : undefined),
});

const FIELDS: Readonly<Record<string, GatewayField>> = {
  name: {name: 'name', fits: 'a text', read: value => (typeof value === 'string' ? value : undefined), write: String},
  deadlineMs: duration('timeout'),
  attemptTimeoutMs: duration('retry_policy.per_try_timeout'),
  maxAttempts: {
    name: 'retry_policy.num_retries',
    fits: 'a number of retries',
    format: value => String(Number(value) - 1),
    read: value => (Number.isInteger(value) ? Number(value) + 1 : undefined),
    write: value => (typeof value === 'number' ? value - 1 : undefined),
  },
  retryOn: {
    name: 'retry_policy.retry_on',
    fits: 'a list of triggers in one text',
    format: formatTrigger,
    read: value => (typeof value === 'string' ? value.split(',').map(word => triggerOf(word)) : undefined),
    write: value => (Array.isArray(value) ? value.map(formatTrigger).join(',') : undefined),
  },
  'backoff.baseMs': duration('retry_policy.retry_back_off.base_interval'),
  'backoff.capMs': duration('retry_policy.retry_back_off.max_interval'),
  'match.path': {name: 'match.path', fits: 'a path', read: value => value, write: value => value},
  'match.methods': {name: 'match.methods', fits: 'a list of methods', read: value => value, write: value => value},
};

const isTemplate = (value: unknown): boolean => typeof value === 'string' && value.includes('${');

function unitsOf(source: Source): Unit[] | undefined {
  const isMine = source.documents.some(root => {
    const kind = propertyOf(root, 'kind')?.value;
    return kind?.kind === 'scalar' && kind.value === 'Gateway';
  });
  if (!isMine) return undefined;
  return source.documents.flatMap((root, document) => {
    const routes = propertyOf(root, 'routes')?.value;
    const items = routes?.kind === 'list' ? routes.items : [];
    return items.flatMap((item, index) => {
      const name = propertyOf(item, 'name')?.value;
      const known = name?.kind === 'scalar' ? name.value : `${document + 1}.${index + 1}`;
      return unitAt(source, {document, segments: ['routes', index], id: `route[${known}]`}) ?? [];
    });
  });
}

function shapeOf(unit: Unit): Shape {
  const written = placesOf(unit);
  const data: Record<string, unknown> = {};
  const places = new Map<string, Place>([['', written.get('')!]]);
  const invalid = new Set<string>();
  const unknown = new Set<string>();
  const problems: ShapeProblem[] = unknownFields(written);
  for (const [path, field] of Object.entries(FIELDS)) {
    const place = written.get(field.name);
    if (place === undefined) continue;
    places.set(path, place);
    const value = writtenAt(place);
    const read = isTemplate(value) ? undefined : field.read(value);
    if (isTemplate(value)) unknown.add(path);
    else if (read === undefined) {
      invalid.add(path);
      const message = `must be ${field.fits}, got ${formatValue(value)}`;
      problems.push({kind: 'wrong-value', path: field.name, place, message, meant: undefined});
    } else setIn(data, path.split('.'), read);
  }
  placeTriggers(places);
  return {unit, data: data as UnitData, places, invalid, unknown, problems, routes: []};
}

function unknownFields(written: Places): ShapeProblem[] {
  const names = Object.values(FIELDS).map(({name}) => name);
  return [...written.values()]
    .filter(
      ({path}) => !names.some(name => name === path || name.startsWith(`${path}.`) || path.startsWith(`${name}[`)),
    )
    .filter(({path}) => path !== '')
    .map(place => ({
      kind: 'unknown-field' as const,
      path: place.path,
      place,
      message: 'is not a field of a route',
      meant: place.path === 'timout' ? 'timeout' : undefined,
    }));
}

/** Each trigger is a stretch of the text that lists them all. */
function placeTriggers(places: Map<string, Place>): void {
  const place = places.get('retryOn');
  if (place === undefined) return;
  const {start, end} = place.node.span;
  let index = 0;
  for (const {0: word, index: at} of place.unit.source.text.slice(start, end).matchAll(/[\w-]+/g)) {
    const span = {start: start + at, end: start + at + word.length};
    const node = {kind: 'scalar' as const, span, value: word};
    places.set(`retryOn[${index++}]`, {...place, keySpan: undefined, node});
  }
}

function writtenAt({node}: Place): unknown {
  if (node.kind === 'list') return node.items.map(item => (item.kind === 'scalar' ? item.value : undefined));
  return node.kind === 'scalar' ? node.value : undefined;
}

function setIn(data: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  data[key] = rest.length === 0 ? value : {...(data[key] as object | undefined)};
  if (rest.length > 0) setIn(data[key] as Record<string, unknown>, rest, value);
}

function inverse(change: FieldChange, shape: Shape): readonly TreeChange[] | undefined {
  const [, index] = /^retryOn\[(\d+)\]$/.exec(change.path) ?? [];
  if (index !== undefined && change.do === 'remove') {
    const value = shape.data.retryOn?.toSpliced(Number(index), 1);
    return inverse({do: 'set', path: 'retryOn', value}, shape);
  }
  const field = Object.hasOwn(FIELDS, change.path) ? FIELDS[change.path] : undefined;
  if (field === undefined || change.do === 'rename') return undefined;
  const segments = field.name.split('.');
  if (change.do === 'remove') return [{do: 'remove', segments}];
  const value = field.write(change.do === 'drop' ? change.left : change.value);
  return value === undefined ? undefined : [{do: 'set', segments, value}];
}

export const definition: DialectDefinition = {
  name: 'gateway',
  capabilities,
  defaults: {
    maxAttempts: 2,
    deadlineMs: 15_000,
    retryOn: ['network'],
    backoff: {kind: 'exponential', baseMs: 25, factor: 2, capMs: 250},
  },
  fields: FIELDS,
  ms: formatMs,
  layer: 'gateway',
  wants: (path, text) => /\.ya?ml$/.test(path) && text.includes('Gateway'),
  unitsOf,
  shapeOf,
  inverse,
  ignoresExtensions: false,
};

export const gateway: Dialect = defineDialect(definition);

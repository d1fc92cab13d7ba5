/** Retry loops that are written by hand: `for attempt in range(3)`, `while True` with a counter. */

import type {CodeFacts} from '../../../shape/code.ts';
import type {Shape} from '../../../shape/shape.ts';
import type {PythonModule} from '../../../source/python/module.ts';
import {type SyntaxNode, spanOf} from '../../../source/python/syntax.ts';
import type {ObjectNode, Source, Span} from '../../../source/tree.ts';
import {IN_CODE} from '../../code/capabilities.ts';
import {Retrier} from '../../code/retrier.ts';
import {setSchedule} from '../../code/schedule.ts';
import {NO_WAIT} from '../../code/waits.ts';
import type {Dialect} from '../../dialect.ts';
import {formatNumber} from '../../format-number.ts';
import type {ErrorNames} from '../clients/table.ts';
import {errorNamesIn} from '../errors.ts';
import {setInner} from '../inner.ts';
import {libraryDialect, seconds} from '../library.ts';
import {errorsOf, isTested, remedyOf} from './errors.ts';
import type {Caught} from './failures.ts';
import {readPost} from './posts.ts';
import {type RetryLoop, recognise} from './recognise.ts';
import {swallowedIn} from './swallowed.ts';
import {isEveryError} from './types.ts';

const wait = 'the wait';

export const loop: Dialect = libraryDialect({
  name: 'loop',
  capabilities: IN_CODE,
  defaults: {maxAttempts: 'unlimited', backoff: NO_WAIT},
  fields: {
    maxAttempts: {
      name: 'the number of attempts',
      format: value => (value === 'unlimited' ? 'not limited' : String(value)),
    },
    backoff: {name: wait},
    'backoff.kind': {name: wait},
    'backoff.delayMs': seconds(wait),
    'backoff.baseMs': seconds(wait),
    'backoff.factor': {name: 'the factor'},
    'backoff.capMs': seconds(wait),
    'backoff.stepMs': seconds('the step'),
    'backoff.delaysMs': {
      name: wait,
      format: value => (Array.isArray(value) ? value.map(ms => formatNumber(ms / 1000)).join(', ') : String(value)),
    },
    'backoff.jitter': {name: 'the jitter'},
    retryingLayers: {name: 'the loop'},
  },
  retriersIn: (module, source) => {
    const shapes: Shape[] = [];
    const places = new Map<string, number>();
    for (const node of module.loops) {
      const found = recognise(node, module);
      if (found === undefined) continue;
      const place = module.placeOf(node);
      const count = (places.get(place) ?? 0) + 1;
      places.set(place, count);
      shapes.push(read(found, node, source, module, {place, word: count === 1 ? 'loop' : `loop${count}`}));
    }
    return shapes;
  },
});

function read(
  found: RetryLoop,
  node: SyntaxNode,
  source: Source,
  module: PythonModule,
  {place, word}: {readonly place: string; readonly word: string},
): Shape {
  const {head, caught, refused, tried} = found;
  const root: ObjectNode = {
    kind: 'object',
    flow: true,
    properties: [],
    span: {start: head.span.start, end: head.span.start},
    borrowed: true,
  };
  const retrier = new Retrier(source, root, head.span, place, word);
  const trials = [...caught, ...refused].map(({trial}) => trial);
  readAttempts(
    retrier,
    trials.map(({attempts}) => attempts),
    head.span,
    isBoundedElsewhere(node, module),
  );
  const sleep = trials.flatMap(({sleeps}) => sleeps)[0];
  const waitAt = sleep === undefined ? head.span : {start: sleep.from, end: sleep.to};
  setSchedule(retrier, trials, tried.kind === 'certain', waitAt);
  const tested = new Set(caught.filter(each => isTested(each, head, module)).map(({handler}) => handler.body));
  readPost(retrier, found, tested, head, module);
  const errors = errorsOf(found, head, module);
  const names = retriedIn(caught, errors, tested, module);
  setInner(retrier, head.body, module, spanOf(tried.node.firstChild ?? tried.node), names);
  const broad = caught.find(({classes}) => isEveryError(classes))?.handler ?? caught[0]?.handler;
  const code: CodeFacts = {
    what: 'this loop',
    errors,
    errorsSpan:
      broad === undefined
        ? head.span
        : {start: broad.keyword.from, end: (broad.name ?? broad.types ?? broad.keyword).to},
    remedy: remedyOf(tried.node, module),
    swallowed: swallowedIn(node, caught, found.leaving, module),
    isScript: module.isScript,
  };
  return retrier.shape(code);
}

/** After which errors the call is made again. */
function retriedIn(
  caught: readonly Caught[],
  errors: CodeFacts['errors'],
  tested: ReadonlySet<SyntaxNode>,
  module: PythonModule,
): ErrorNames {
  if (errors !== 'some') return errors;
  return caught
    .filter(({handler}) => !tested.has(handler.body))
    .flatMap(({handler: {types}}) => {
      const names = types === undefined ? [] : errorNamesIn(types, module);
      return typeof names === 'string' ? [] : names;
    });
}

/** Known where all ways to fail agree: one that is not counted may be meant. */
function readAttempts(retrier: Retrier, counts: readonly (number | undefined)[], at: Span, isOpen: boolean): void {
  const isEndless = counts.every(count => count === Infinity);
  if (counts.includes(undefined) || (counts.includes(Infinity) && (!isEndless || isOpen)))
    retrier.unknown('maxAttempts', at);
  else retrier.set('maxAttempts', isEndless ? 'unlimited' : Math.max(...counts.map(count => count ?? 0)), at);
}

/** A clock, an event or a limit of time around it may end it. */
function isBoundedElsewhere(node: SyntaxNode, module: PythonModule): boolean {
  if (
    /deadline|monotonic|time\.time\(|elapsed|timed_out|stop|cancel|shutdown|should_exit|is_set\(/i.test(
      module.textOf(node),
    )
  )
    return true;
  for (let at = node.parent; at !== null; at = at.parent)
    if (
      at.name === 'WithStatement' &&
      /timeout|fail_after|move_on_after/.test(module.text.slice(at.from, at.from + 120))
    )
      return true;
  return false;
}

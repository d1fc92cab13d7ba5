/**
 * celery 5: `@app.task(autoretry_for=(E,), retry_backoff=True)`, and `self.retry()` in a task. Defaults: three retries, three minutes apart.
 * Tasks have time, so neither long waits nor some retries more are reported.
 */

import type {Shape} from '../../shape/shape.ts';
import type {Call, PythonModule} from '../../source/python/module.ts';
import {type Argument, argumentsIn, childrenOf, type SyntaxNode, spanOf} from '../../source/python/syntax.ts';
import type {Source, Span} from '../../source/tree.ts';
import {IN_CODE} from '../code/capabilities.ts';
import {NO_WAITS, setWaits, type Waits} from '../code/waits.ts';
import type {Dialect} from '../dialect.ts';
import type {ErrorNames} from './clients/table.ts';
import {errorNamesIn, kindOf} from './errors.ts';
import {Given} from './given.ts';
import {setDecorated} from './inner.ts';
import {libraryDialect} from './library.ts';
import {retrierOf} from './retrier.ts';

export const celery: Dialect = libraryDialect({
  name: 'celery',
  capabilities: {...IN_CODE, kind: 'workflow'},
  defaults: {maxAttempts: 4, backoff: {kind: 'constant', delayMs: 180_000, jitter: 'none'}},
  fields: {
    maxAttempts: {name: 'max_retries', format: value => (value === 'unlimited' ? 'None' : String(Number(value) - 1))},
    'backoff.jitter': {name: 'retry_jitter', format: value => (value === 'none' ? 'False' : 'True')},
    retryingLayers: {name: 'task'},
  },
  retriersIn: (module, source) => {
    // Other queues have tasks, too.
    const isCelery = module.names.modules.some(name => /(?:^|\.)celery(?:\.|$)/.test(name));
    return module.calls
      .filter(
        ({name, decorates, parentheses}) => decorates && parentheses && /(?:^|\.)(?:shared_task|task)$/.test(name),
      )
      .filter(({args}) => isCelery || args.some(({name}) => name === 'autoretry_for'))
      .flatMap(call => read(call, module, source));
  },
  switches: {'backoff.jitter': 'retry_jitter'},
});

/** More retries are reported only where nothing ends them. */
const MANY = 10;

function read(call: Call, module: PythonModule, source: Source): Shape[] {
  const task = new Given(call, module, []);
  const again = callsOfRetry(call.decorates!, module);
  if (!task.has('autoretry_for') && again.length === 0) return [];
  const retrier = retrierOf(call, source, module, []);
  const [only] = again.length === 1 ? again : [];
  const own = task.has('autoretry_for') ? kwargsOf(task.get('retry_kwargs'), module) : only;
  const isMixed = task.has('autoretry_for') ? again.length > 0 : again.length > 1;
  const isKnown = !isMixed && !call.isOpen && own !== undefined;
  const waits = isKnown ? waitsOf(task, own, call.callee) : undefined;
  // None as an argument of `retry` means what the task says.
  const count = own?.number('max_retries', Number.NaN, Number.NaN);
  const isOwn = count !== undefined && !Number.isNaN(count);
  const most = isOwn || count === undefined ? count : task.number('max_retries', 3, Infinity);
  const at = isOwn ? own?.at('max_retries') : task.at('max_retries');
  const isReported = isKnown && most !== undefined && (most < MANY || most === Infinity);
  retrier.set('maxAttempts', isReported ? most + 1 : undefined, at);
  if (waits === undefined) retrier.unknown('backoff');
  else setWaits(retrier, waits, most === undefined ? undefined : most + 1);
  const errors = errorsOf(task, call, module);
  setDecorated(retrier, call.decorates!, module, call.callee, errors);
  return [
    retrier.shape({
      what: 'celery',
      errors: kindOf(errors),
      errorsSpan: task.get('autoretry_for')?.nameSpan ?? call.callee,
      remedy: 'autoretry_for=(requests.ConnectionError, requests.Timeout)',
      isScript: module.isScript,
    }),
  ];
}

/** What `self.retry` lets through, only its handler says. */
function errorsOf(task: Given, call: Call, module: PythonModule): ErrorNames {
  const list = task.get('autoretry_for');
  if (list === undefined || call.isOpen) return 'unknown';
  const errors = errorNamesIn(list.value, module);
  return errors === 'every' && task.has('dont_autoretry_for') ? 'unknown' : errors;
}

/** Undefined where they are not known. */
function waitsOf(task: Given, own: Given, at: Span): Waits | undefined {
  const written = task.constant('retry_backoff', false);
  const backoff = typeof written === 'number' ? written : written === true ? 1 : written === false ? 0 : undefined;
  if (backoff === undefined || own.has('eta')) return undefined;
  if (backoff <= 0 || !task.has('autoretry_for')) {
    const fixedS = own.has('countdown') ? own.number('countdown', 0) : task.number('default_retry_delay', 180);
    const delayAt = own.at('countdown') ?? task.at('default_retry_delay') ?? at;
    return fixedS === undefined ? undefined : {...NO_WAITS, kind: 'constant', baseS: fixedS, at: delayAt};
  }
  const [capS, jitter] = [task.number('retry_backoff_max', 600), task.constant('retry_jitter', true)];
  if (capS === undefined || typeof jitter !== 'boolean') return undefined;
  return {
    ...NO_WAITS,
    kind: 'exponential',
    baseS: Math.trunc(Math.max(1, backoff)),
    capS,
    jitter: jitter ? 'full' : 'none',
    at: task.at('retry_backoff') ?? at,
    jitterAt: task.at('retry_jitter'),
  };
}

/** The arguments of each `self.retry(…)` in a task. */
function callsOfRetry(task: SyntaxNode, module: PythonModule): Given[] {
  const name = task.getChild('VariableName');
  const owners = ['self', ...(name === null ? [] : [module.textOf(name)])];
  const found: Given[] = [];
  task.cursor().iterate(({name: kind, node}) => {
    const list = kind === 'CallExpression' ? node.getChild('ArgList') : null;
    if (list === null || node.firstChild === null) return;
    const [owner = '', method, ...rest] = module.textOf(node.firstChild).split('.');
    if (!owners.includes(owner) || method !== 'retry' || rest.length > 0) return;
    const {list: args, isOpen} = argumentsIn(list, module.text);
    found.push(
      new Given({args, isOpen}, module, ['args', 'kwargs', 'exc', 'throw', 'eta', 'countdown', 'max_retries']),
    );
  });
  return found;
}

/** `retry_kwargs={'max_retries': 5, 'countdown': 60}`. Undefined where it is not known. */
function kwargsOf(given: Argument | undefined, module: PythonModule): Given | undefined {
  if (given === undefined) return new Given({args: [], isOpen: false}, module, []);
  if (given.value.name !== 'DictionaryExpression') return undefined;
  const parts = childrenOf(given.value).filter(({name}) => !['{', '}', ',', ':', 'Comment'].includes(name));
  const args: Argument[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const [key, value] = [parts[index], parts[index + 1]];
    const name = key && module.constantOf(key)?.value;
    if (key === undefined || value === undefined || typeof name !== 'string') return undefined;
    args.push({name, nameSpan: spanOf(key), value});
  }
  return new Given({args, isOpen: false}, module, []);
}

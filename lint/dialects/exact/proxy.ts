/** Dialects of proxies that retry as Envoy does: whatever the method, with jitter, and with a limit for all retries together. No answer can ask for a wait. */

import type {PolicyInput} from '../../../src/policy/types.ts';
import type {Capabilities, Dialect} from '../dialect.ts';
import {exactDialect, type Format} from './make.ts';

/** What is particular to a proxy. */
interface Proxy extends Pick<Format, 'name' | 'read' | 'ms'> {
  /** The defaults, beside the backoff of Envoy. */
  readonly defaults: PolicyInput;
  /** How the files call the fields. The attempts are written as retries. */
  readonly names: Readonly<Record<'name' | 'maxAttempts' | 'attemptTimeoutMs' | 'deadlineMs' | 'retryOn', string>>;
  /** Whether the triggers are a list of statuses, so that one can be taken out. */
  readonly listsStatuses?: true;
}

const CAPABILITIES: Capabilities = {
  gatesByMethod: false,
  jitter: 'builtin',
  attemptTimeout: true,
  honorsHint: false,
  defaultBudget: true,
  kind: 'call',
  needsCap: true,
};

export const proxyDialect = ({name, read, ms, defaults, names, listsStatuses}: Proxy): Dialect =>
  exactDialect({
    name,
    read,
    ms,
    capabilities: CAPABILITIES,
    defaults: {backoff: {kind: 'exponential', baseMs: 25, factor: 2, capMs: 250}, ...defaults},
    fields: {
      name: {name: names.name},
      maxAttempts: {name: names.maxAttempts, format: attempts => String(Number(attempts) - 1)},
      attemptTimeoutMs: {name: names.attemptTimeoutMs, format: value => ms(Number(value))},
      deadlineMs: {name: names.deadlineMs, format: value => ms(Number(value))},
      retryOn: {name: names.retryOn, format: String},
    },
    write: (path, value) => {
      if (path === 'retryOn' && listsStatuses && Array.isArray(value))
        return value.filter(each => typeof each === 'number');
      if (typeof value !== 'number') return undefined;
      return path === 'maxAttempts' ? value - 1 : path.endsWith('Ms') ? ms(value) : undefined;
    },
  });

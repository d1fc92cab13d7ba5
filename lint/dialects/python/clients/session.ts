/** A session of requests that retries, because an adapter with `Retry` is mounted on it. */

import type {Call, PythonModule} from '../../../source/python/module.ts';
import {childrenOf, type SyntaxNode} from '../../../source/python/syntax.ts';
import {argumentOf} from './construction.ts';

export interface SessionRetries {
  readonly maxAttempts: number | undefined;
  /** The methods of the session that are repeated. */
  readonly methods: RegExp;
}

const RETRY = /^(?:urllib3(?:\.util)?(?:\.retry)?|requests\.(?:adapters|packages\.urllib3\.util\.retry))\.Retry$/;

/** @returns Undefined for what is no session, and for a session that does not retry. */
export function sessionRetriesOf(session: Call, module: PythonModule): SessionRetries | undefined {
  if (!/^requests\.(?:sessions\.)?(?:Session|session)$/.test(session.name)) return undefined;
  for (const mount of module.calls) {
    if (!mount.name.endsWith('.mount') || !isOf(mount, session, module)) continue;
    const [prefix, adapter] = mount.args;
    const scheme = prefix && module.constantOf(prefix.value)?.value;
    if (adapter === undefined || (scheme !== 'https://' && scheme !== 'http://')) continue;
    const made = module.callOf(adapter.value);
    if (made === undefined || made.isOpen || !/^requests\.(?:adapters\.)?HTTPAdapter$/.test(made.name)) continue;
    const given = argumentOf(made, 'max_retries');
    const retry = given && module.callOf(given.value);
    if (retry !== undefined && RETRY.test(retry.name)) return retriesOf(retry, module);
  }
  return undefined;
}

/** Whether a method is called on this very session. */
function isOf(mount: Call, session: Call, module: PythonModule): boolean {
  const callee = mount.node.firstChild;
  const object = callee?.name === 'MemberExpression' ? childrenOf(callee)[0] : undefined;
  return object !== undefined && module.callOf(object)?.node.from === session.node.from;
}

/** A number alone, as in `HTTPAdapter(max_retries=3)`, repeats connections only, so it is not asked for. */
function retriesOf(retry: Call, module: PythonModule): SessionRetries | undefined {
  // Without a list of statuses it repeats few failures of servers, and limits of one kind end it before `total`.
  if (retry.isOpen || argumentOf(retry, 'status_forcelist') === undefined) return undefined;
  if (argumentOf(retry, 'connect', 'read', 'status', 'other') !== undefined) return undefined;
  const given = argumentOf(retry, 'total') ?? retry.args.find(({name}) => name === undefined);
  const total = given && module.constantOf(given.value)?.value;
  const methods = methodsOf(argumentOf(retry, 'allowed_methods', 'method_whitelist')?.value, module);
  if (typeof total !== 'number' || methods === undefined) return undefined;
  return {maxAttempts: total + 1, methods};
}

const DEFAULT_METHODS = /^(?:get|head|put|delete|options)$/;

function methodsOf(node: SyntaxNode | undefined, module: PythonModule): RegExp | undefined {
  if (node === undefined) return DEFAULT_METHODS;
  const value = module.constantOf(node)?.value;
  if (value === null || value === false) return /^(?:get|head|put|delete|options|post|patch|request)$/;
  const names = childrenOf(node)
    .map(child => module.constantOf(child)?.value)
    .filter(name => typeof name === 'string');
  const isList = ['ArrayExpression', 'TupleExpression', 'SetExpression'].includes(node.name);
  return isList && names.length > 0 ? new RegExp(`^(?:${names.join('|')})$`, 'i') : undefined;
}

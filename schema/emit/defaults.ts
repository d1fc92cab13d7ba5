/** Emits src/policy/defaults.ts: the default policy, and what an object starts from where no layer is below it. */

import {branchesOf, defaultsOf, kindOf, POLICY_BANNER, type Schema} from './node.ts';

const onlyInFiles = new Set(['$schema', 'extends', 'routes']);

export function emitDefaults(schema: Schema): string {
  const policy = Object.fromEntries(
    Object.entries(defaultsOf(schema, schema)).filter(([key]) => !onlyInFiles.has(key)),
  );
  const parts: Record<string, unknown> = {};
  const kinds: Record<string, Record<string, unknown>> = {};
  for (const [key, node] of Object.entries(schema.properties)) {
    for (const branch of onlyInFiles.has(key) ? [] : branchesOf(schema, node)) {
      const kind = kindOf(branch);
      if (kind === undefined) parts[key] = defaultsOf(schema, branch);
      else kinds[key] = {...kinds[key], [kind]: defaultsOf(schema, branch)};
    }
  }
  return `// ${POLICY_BANNER}

import {deepFreeze} from './freeze.ts';
import type {Policy} from './types.ts';

/** The default policy: every field at its default. */
export const defaultPolicy: Policy = /* @__PURE__ */ deepFreeze<Policy>(${source(policy, 0)});

/** What an object of a kind starts from when it replaces null or another kind. The first kind is the one meant when none is named. */
export const defaultsByKind: Readonly<Record<string, Readonly<Record<string, object>>>> = /* @__PURE__ */ deepFreeze(${source(kinds, 0)});

/** What an object without kinds starts from when it replaces null. */
export const defaultsOfPart: Readonly<Record<string, object>> = /* @__PURE__ */ deepFreeze(${source(parts, 0)});
`;
}

/** A value as TypeScript, one field a line, short lists and objects in one. */
export function source(value: unknown, depth: number): string {
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  if (value === null || typeof value !== 'object') return String(value);
  const entries = Array.isArray(value)
    ? value.map(item => source(item, depth + 1))
    : Object.entries(value).map(
        ([key, item]) => `${/^[A-Za-z_]\w*$/.test(key) ? key : `'${key}'`}: ${source(item, depth + 1)}`,
      );
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const line = `${open}${entries.join(', ')}${close}`;
  if (depth > 0 && line.length <= 110 && !line.includes('\n')) return line;
  const pad = '  '.repeat(depth + 1);
  return `${open}\n${entries.map(entry => `${pad}${entry},`).join('\n')}\n${'  '.repeat(depth)}${close}`;
}

/** By what files with retries in Python are found, before any code for them is loaded. */

import {isPython} from '../../source/python-path.ts';
import type {DialectLayer, DialectSign} from '../dialect.ts';

export type PythonLibrary =
  | 'tenacity'
  | 'backoff'
  | 'stamina'
  | 'urllib3'
  | 'requests'
  | 'celery'
  | 'httpx-retries'
  | 'google-api-core'
  | 'langchain'
  | 'model-client'
  | 'loop';

/** A loop and a failure that is looked at, each of which begins a line, and a word of retries. */
const LOOP: readonly RegExp[] = [
  /(?:retr(?:y|ies)|attempt|\btries\b|sleep)/i,
  /(?:^|[\r\n\f])[ \t]*(?:while\b|for\b[^\r\n]*\b(?:range\(|retr|attempt|tries|delay|backoff|wait|pause|in \[|\())/i,
  /(?:^|[\r\n\f])[ \t]*except\b|status/i,
];

/** Words of which a file has one, or one of each list. The order is that of findings at one place. */
const SIGNS: Readonly<Record<PythonLibrary, readonly [words: RegExp | readonly RegExp[], layer: DialectLayer]>> = {
  tenacity: [/\btenacity\b/, 'code'],
  backoff: [/\bbackoff\b/, 'code'],
  stamina: [/\bstamina\b/, 'code'],
  urllib3: [/\bRetry\b/, 'code'],
  requests: [/\bHTTPAdapter\b/, 'code'],
  celery: [/\bcelery\b|\bshared_task\b|\bautoretry_for\b/, 'code'],
  'httpx-retries': [/\bhttpx_retries\b/, 'code'],
  'google-api-core': [/\bgoogle\.api_core\b/, 'code'],
  langchain: [/\.with_retry\b/, 'client'],
  'model-client': [/\b(?:openai|anthropic|langchain\w*|litellm)\b/, 'client'],
  loop: [LOOP, 'code'],
};

export const pythonLibraries: readonly PythonLibrary[] = Object.keys(SIGNS) as PythonLibrary[]; // Its keys are those of its type.

export function signOf(name: PythonLibrary): DialectSign {
  const [words, layer] = SIGNS[name];
  const all = [words].flat();
  return {name, layer, names: /\.py$/i, wants: (path, text) => isPython(path) && all.every(each => each.test(text))};
}

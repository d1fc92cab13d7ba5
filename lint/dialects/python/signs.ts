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

interface Sign {
  readonly layer: DialectLayer;
  /** A text without any of them is left out: to search for a text is much faster than to search for a pattern. */
  readonly words: readonly string[];
  /** What else it has. */
  readonly has?: (text: string, path: string) => boolean;
}

const matching =
  (pattern: RegExp) =>
  (text: string): boolean =>
    pattern.test(text);

/** The order is that of findings at one place. */
const SIGNS: Readonly<Record<PythonLibrary, Sign>> = {
  // A retry that another module makes has its name.
  tenacity: {
    layer: 'code',
    words: ['tenacity', 'retr'],
    has: matching(/\btenacity\b|^\uFEFF?from\b.*\bimport\b.*retr/m),
  },
  backoff: {layer: 'code', words: ['backoff'], has: matching(/\b(?:import|from)\b.*\bbackoff\b/)},
  stamina: {layer: 'code', words: ['stamina']},
  urllib3: {layer: 'code', words: ['Retry'], has: matching(/urllib3|requests/)},
  requests: {layer: 'code', words: ['HTTPAdapter']},
  celery: {layer: 'code', words: ['celery', 'shared_task', 'autoretry_for']},
  'httpx-retries': {layer: 'code', words: ['httpx_retries']},
  'google-api-core': {layer: 'code', words: ['google.api_core']},
  langchain: {layer: 'client', words: ['.with_retry']},
  'model-client': {
    layer: 'client',
    words: ['openai', 'anthropic', 'langchain', 'litellm'],
    // A client that is made, or imported under another name, and one whose retries are set.
    has: matching(
      /\b(?:(?:Async|Azure|Chat)*(?:OpenAI(?:Embeddings)?|Anthropic(?:AWS|Bedrock(?:Mantle)?|Foundry|Vertex)?)|ChatGroq|init_chat_model)\s*(?:\(|as\b)|\b(?:openai|anthropic)(?:\.|\s+import\b.*)(?:Async)?Client\b|\.with_options\b|\.copy\([^()]*max_retries/,
    ),
  },
  loop: {
    layer: 'code',
    words: ['retr', 'Retr', 'RETR', 'ttempt', 'ATTEMPT', 'tries', 'sleep', 'requests', 'httpx', 'urlopen'],
    has: hasLoop,
  },
};

const LOOP = /^[ \t\f]*(?=while\b|for\b[^\r\n]*\b(?:range\(|retr|attempt|tries|delay|backoff|wait|pause|in \[|\())/gim;

/** Tests wait for servers that they start, and a repeated call in a test does no harm. */
const TEST = /(?:^|\/)(?:tests?\/|test_[^/]*$|conftest\.py$)|_test\.py$/;
const NAMED = /attempt|retr(?:y|ies)|\btries\b|_tries|trial|back_?off|sleep/i;
const NAMED_FUNCTION = /\bdef\s+\w*(?:attempt|retr(?:y|ies)|tries|trial|back_?off)/i;
const FAILURE = /^[ \t\f]*except\b|status|\.ok\b/im;
const REQUEST = /\b(?:post|get|request|urlopen)\(/;
/** After a success. */
const LEFT = /^[ \t\f]*(?:while\b(?!\s*(?:True|1)\b)|.*\b(?:return|break)\b)/m;

/** A loop with a request, or one in which a failure is looked at, and a word of retries in it, or in the name of a function. */
function hasLoop(text: string, path: string): boolean {
  if (TEST.test(path)) return false;
  let isNamed: boolean | undefined;
  for (const {index, 0: indent} of text.matchAll(LOOP)) {
    const block = blockAt(text, index, indent.length);
    if (!LEFT.test(block)) continue;
    if (REQUEST.test(block)) return true;
    if (!FAILURE.test(block)) continue;
    if (NAMED.test(block)) return true;
    isNamed ??= NAMED_FUNCTION.test(text);
    if (isNamed) return true;
  }
  return false;
}

/** In characters: a body of hundreds of lines is no retry of one call, and to run it in thought takes long. */
export const LONGEST_LOOP = 12_000;
/** A head, and the comments behind it. */
const headLength = 4000;

/** A loop: its line, and those behind it that are indented more. Texts in three quotes are indented as they like. Empty for one that is too long to be read. */
function blockAt(text: string, start: number, indent: number): string {
  let isQuoted = false;
  let goesOn = true;
  for (let from = start; from < text.length; ) {
    const next = text.indexOf('\n', from) + 1 || text.length;
    const line = text.slice(from, next);
    const width = line.search(/[^ \t\f]/);
    if (!isQuoted && !goesOn && width <= indent && !/[\r\n)\]}#]/.test(line[width] ?? '\n'))
      return text.slice(start, from);
    if (from - start > LONGEST_LOOP + headLength) return '';
    if ((line.split(/"""|'''/).length & 1) === 0) isQuoted = !isQuoted;
    goesOn = /\\\r?\n$/.test(line);
    from = next;
  }
  return text.slice(start);
}

export const pythonLibraries: readonly PythonLibrary[] = Object.keys(SIGNS) as PythonLibrary[]; // Its keys are those of its type.

export function signOf(name: PythonLibrary): DialectSign {
  const {layer, words, has} = SIGNS[name];
  const wants = (path: string, text: string): boolean =>
    isPython(path) && words.some(word => text.includes(word)) && (has?.(text, path) ?? true);
  return {name, layer, names: /\.py$/i, wants};
}

/** Which calls go over the network, as far as one file shows it. */

import type {JsModule} from '../../../source/javascript/module.ts';
import {bare, isFunction, type JsNode, nodeIn, within} from '../../../source/javascript/syntax.ts';
import {callsIn, requestOf} from '../clients.ts';
import {calleeOf, wordOf} from '../make.ts';
import {isFetch} from '../posts.ts';
import {sleepOf} from './sleeps.ts';

export interface Tried {
  readonly node: JsNode;
  /** `function`: whatever a helper is given. `likely`: its name says so. */
  readonly kind: 'certain' | 'function' | 'likely';
}

const LIBRARIES =
  /^(?:axios|got|ky|superagent|needle|undici|node-fetch|cross-fetch|ofetch|openai|@anthropic-ai\/|@google\/gen|@aws-sdk\/|stripe|twilio|@slack\/web-api|@octokit\/|octokit|cohere-ai|@mistralai\/|groq-sdk|replicate)/;
/** The functions of those libraries that make no request. */
const LOCAL = /\.(?:create|extend|isAxiosError|CancelToken|\w*Error|\w*Command)$/;

const OBJECTS =
  /(?:client|llm|model|chain|agent|api|http|provider|service|remote|bedrock|openai|claude|gemini|anthropic|axios|stripe)\w*$/i;
const CALLS =
  /^(?:invoke|generate\w*|create\w*|complete\w*|chat|embed\w*|send\w*|query|search|request\w*|post|put|patch|get|fetch\w*|call|run|execute|ask)$/;
const FUNCTIONS =
  /(?:fetch|request|download|upload|completion|chat|embed|generate|invoke|scrape|crawl|call(?:api|llm|model|openai|claude|gemini|service|endpoint)|api|post|send|gpt|openai|claude|gemini)/i;

/** Files, processes, locks, browsers and data bases: no request of a client that others share. */
const ELSEWHERE =
  /(?:^|\.)(?:\w*(?:db|database|prisma|knex|sequelize|mongoose|pool|cursor|redis|fs|fsp|lock|mutex|page|browser|context|locator|frame|socket|queue|cache|kv|storage|worker|driver|element)|execa|exec|spawn|readFile|writeFile|rm|mkdir|rename|unlink|stat)(?:\.|$)/i;

/** The call of a part of a program that may fail over the network: the most certain one. */
export function triedIn(body: JsNode, module: JsModule): Tried | undefined {
  const found = callsIn(body).flatMap((node): Tried[] => {
    const kind = sleepOf(node, module, () => 'constant') === undefined ? kindOf(node, module) : undefined;
    return kind === undefined ? [] : [{node, kind}];
  });
  return ['certain', 'function', 'likely'].flatMap(kind => found.find(each => each.kind === kind) ?? [])[0];
}

function kindOf(call: JsNode, module: JsModule, depth = 0): Tried['kind'] | undefined {
  const callee = calleeOf(call);
  const name = module.nameOf(callee);
  if (isFetch(callee, module) || requestOf(call, module) !== undefined) return 'certain';
  if (name !== undefined && LIBRARIES.test(name) && !LOCAL.test(name)) return 'certain';
  const made = callee.type === 'MemberExpression' ? module.valueOf(nodeIn(callee, 'object')) : undefined;
  const maker =
    made === undefined
      ? undefined
      : module.nameOf(
          made.type === 'NewExpression'
            ? nodeIn(made, 'callee')
            : made.type === 'CallExpression'
              ? calleeOf(made)
              : made,
        );
  if (maker !== undefined && LIBRARIES.test(maker)) return 'certain';
  const definition = depth < 1 ? module.functionOf(callee) : undefined;
  if (definition !== undefined && callsIn(definition).some(inner => kindOf(inner, module, depth + 1) === 'certain'))
    return 'certain';
  const text = module.textOf(callee);
  if (
    ELSEWHERE.test(text) ||
    (name !== undefined &&
      /^(?:node:)?(?:fs|child_process|net)\b|^(?:fs-extra|execa|playwright|puppeteer|ioredis|redis|pg|mysql2?|mongodb)\b/.test(
        name,
      ))
  )
    return undefined;
  if (callee.type === 'Identifier' && module.isParameter(callee) && module.functionAround(callee) !== undefined)
    return 'function';
  if (!isAwaitedIn(call, module)) return undefined;
  const word = wordOf(call, module);
  const object = bare(nodeIn(callee, 'object'));
  if (object !== undefined && CALLS.test(word) && OBJECTS.test(module.textOf(object))) return 'likely';
  return FUNCTIONS.test(word) ? 'likely' : undefined;
}

/** `await f()`, and `return f()` without an await is no attempt that a `try` sees. */
function isAwaitedIn(call: JsNode, module: JsModule): boolean {
  for (let at = module.parentOf(call); at !== undefined && !isFunction(at); at = module.parentOf(at)) {
    if (at.type === 'AwaitExpression') return true;
    if (/Statement$|^VariableDeclarat/.test(at.type)) return false;
  }
  return false;
}

/** Whether all that a block waits for is `fetch`, which rejects for failures of the network only. */
export const isFetchAlone = (block: JsNode, module: JsModule): boolean => {
  const calls = callsIn(block);
  const thrown = within(block, isFunction).some(({type}) => type === 'ThrowStatement');
  const others = calls.filter(call => !isFetch(calleeOf(call), module));
  return (
    !thrown &&
    calls.length > others.length &&
    others.every(call =>
      /^(?:\w*log|info|debug|warn|error|stringify|timeout|AbortController|abort|setTimeout|clearTimeout|encodeURIComponent)$/.test(
        wordOf(call, module),
      ),
    )
  );
};

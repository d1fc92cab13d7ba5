/** A POST or a PATCH whose method and path the file shows. */

import type {JsModule} from '../../source/javascript/module.ts';
import {bare, fieldOf, type JsNode, keyOf, nodeIn, nodesIn, spanOf, wordIn} from '../../source/javascript/syntax.ts';
import type {Span} from '../../source/tree.ts';
import {argumentsOf, calleeOf} from './make.ts';
import {Options} from './options.ts';

export interface Post {
  readonly method: string;
  readonly at: Span;
  readonly origin: string | undefined;
  readonly path: string;
  readonly pathAt: Span;
}

export function postOf(call: JsNode, module: JsModule): Post | undefined {
  const callee = calleeOf(call);
  const given = argumentsOf(call);
  const [url, second] = given;
  if (url === undefined) return undefined;
  if (isFetch(callee, module)) return made(new Options(second, module), 'method', url, module);
  const name = module.nameOf(callee) ?? nameOfInstance(callee, module);
  const [, library, word] = /^(axios|got|ky)(?:\.(\w+))?$/.exec(name ?? '') ?? [];
  if (library === undefined) return undefined;
  if (word === 'post' || word === 'patch') {
    const place = placeOfUrl(url, module);
    return (
      place && {
        method: word.toUpperCase(),
        at: spanOf(nodeIn(callee, 'property') ?? callee),
        ...place,
        pathAt: spanOf(url),
      }
    );
  }
  if (word !== undefined && word !== 'request') return undefined;
  const options = new Options(url, module);
  const inner = options.get('url');
  if (inner !== undefined) return made(options, 'method', inner, module);
  return second === undefined ? undefined : made(new Options(second, module), 'method', url, module);
}

/** The `fetch` of the runtime. */
export const isFetch = (callee: JsNode, module: JsModule): boolean =>
  (callee.type === 'Identifier' && wordIn(callee, 'name') === 'fetch' && !module.isDeclared(callee)) ||
  /^(?:globalThis|window|self)\.fetch$/.test(module.textOf(callee)) ||
  /^(?:node-fetch|undici\.fetch|cross-fetch|isomorphic-fetch)$/.test(module.nameOf(callee) ?? '');

/** `axios.post` of a client that the file makes by `axios.create()`. */
function nameOfInstance(callee: JsNode, module: JsModule): string | undefined {
  if (callee.type !== 'MemberExpression') return undefined;
  const object = module.valueOf(nodeIn(callee, 'object'));
  const made = object?.type === 'CallExpression' ? module.nameOf(calleeOf(object)) : undefined;
  const [, library] = /^(axios|got|ky)\.(?:create|extend)$/.exec(made ?? '') ?? [];
  const key = keyOf(callee, 'property');
  return library === undefined || key === undefined ? undefined : `${library}.${key}`;
}

function made(options: Options, field: string, url: JsNode, module: JsModule): Post | undefined {
  const node = options.get(field);
  const method = node === undefined ? undefined : module.constantOf(node)?.value;
  if (node === undefined || typeof method !== 'string' || !/^(?:post|patch)$/i.test(method)) return undefined;
  const place = placeOfUrl(url, module);
  return place && {method: method.toUpperCase(), at: spanOf(node), ...place, pathAt: spanOf(url)};
}

export function placeOfUrl(url: JsNode, module: JsModule): Pick<Post, 'origin' | 'path'> | undefined {
  const text = urlOf(url, module);
  return text === undefined ? undefined : split(text);
}

/** The text of a URL, with `*` for what is put in. */
function urlOf(node: JsNode, module: JsModule, hops = 0): string | undefined {
  const known = module.constantOf(node)?.value;
  if (typeof known === 'string') return known;
  const at = bare(node);
  if (hops > 6) return undefined;
  if (at.type === 'TemplateLiteral') {
    const values = nodesIn(at, 'expressions');
    return nodesIn(at, 'quasis')
      .map((quasi, index) => {
        const value = values[index];
        return cookedOf(quasi) + (value === undefined ? '' : (urlOf(value, module, hops + 1) ?? '*'));
      })
      .join('');
  }
  if (at.type === 'BinaryExpression' && wordIn(at, 'operator') === '+') {
    const [left, right] = [nodeIn(at, 'left'), nodeIn(at, 'right')];
    if (left === undefined || right === undefined) return undefined;
    return (urlOf(left, module, hops + 1) ?? '*') + (urlOf(right, module, hops + 1) ?? '*');
  }
  const bound = module.valueOf(at);
  return bound === undefined || bound === at ? undefined : urlOf(bound, module, hops + 1);
}

function cookedOf(quasi: JsNode): string {
  const value = fieldOf(quasi, 'value');
  return typeof value === 'object' && value !== null && 'cooked' in value && typeof value.cooked === 'string'
    ? value.cooked
    : '';
}

/** Undefined where nothing of the path is known. */
function split(url: string): Pick<Post, 'origin' | 'path'> | undefined {
  const [, scheme, host, rest = ''] = /^(?:(https?):\/\/([^/?#*]+)|\*(?=\/)|(?=\/))?([^?#]*)/.exec(url) ?? [];
  const origin = scheme === undefined ? undefined : URL.parse(`${scheme}://${host}`)?.origin;
  const path = `/${rest.replace(/^\/+/, '').replaceAll(/[^/]*\*[^/]*/g, '*')}`;
  return /[a-z]/i.test(path) ? {origin, path} : undefined;
}

/** The classes of errors that a handler names. */

import type {PythonModule} from '../../../source/python/module.ts';
import type {SyntaxNode} from '../../../source/python/syntax.ts';
import {typesIn} from '../errors.ts';
import {NETWORK, wordOf} from '../network-errors.ts';
import type {Handler} from './blocks.ts';

/** The last words of the classes, and those of socket in full; undefined for a bare `except`. A name of a tuple in the same file is followed. */
export function classesOf({types}: Handler, module: PythonModule): string[] | undefined {
  return types === undefined ? undefined : namesIn(types, module).map(wordOf);
}

function namesIn(node: SyntaxNode, module: PythonModule, hops = 0): string[] {
  if (/^(?:Tuple|Array|Parenthesized)Expression$/.test(node.name))
    return typesIn(node).flatMap(each => namesIn(each, module, hops + 1));
  const bound = hops < 6 ? module.names.boundTo(node) : undefined;
  if (bound !== undefined && /Expression$|^VariableName$/.test(bound.name) && bound.name !== 'CallExpression')
    return namesIn(bound, module, hops + 1);
  return [module.names.nameOf(node) ?? module.textOf(node)];
}

export const isEveryError = (classes: readonly string[] | undefined): boolean =>
  classes === undefined || classes.includes('Exception') || classes.includes('BaseException');

const ELSEWHERE =
  /^(?:Empty|Full|Queue\w*|JSONDecodeError|\w*ValidationError|ValueError|KeyError|IndexError|TypeError|AttributeError|NameError|PermissionError|File\w+Error|BlockingIOError|IsADirectoryError|OperationalError|IntegrityError|\w*DatabaseError|DBAPIError|\w*Lock\w*|Stale\w+|NoSuch\w+|Element\w+|Import\w*|ModuleNotFoundError|EOFError|Unicode\w+|\w*Pars(?:er?|ing)\w*|YAMLError|StopIteration|SyntaxError|AssertionError|LookupError|ArithmeticError|ZeroDivisionError|CalledProcessError|TimeoutExpired|KeyboardInterrupt|GitCommandError|WatchError|\w*(?:Length|ContextWindow|Truncat)\w*|\w*Deadlock\w*|RetryableValidation\w*)$/;

/** Whether none of them is one of the network: what fails is a parser, a file, a queue or a lock. */
export const areElsewhere = (classes: readonly string[] | undefined): boolean =>
  classes?.every(each => ELSEWHERE.test(each)) ?? false;

/** Errors after which the server surely has not acted. */
const REFUSED =
  /^(?:Connect(?:Error|Timeout(?:Error)?)|NewConnectionError|ConnectionRefusedError|ClientConnectorError|\w*RateLimit\w*|TooManyRequests\w*|ResourceExhausted|PoolTimeout|gaierror)$/;

/** OSError is the base of what urllib, requests and aiohttp raise, and TimeoutError of what the first and the last do; httpx has its own. */
export const areAmbiguous = (classes: readonly string[] | undefined, body: SyntaxNode, module: PythonModule): boolean =>
  isEveryError(classes) ||
  classes!.some(
    each =>
      (NETWORK.test(each) && !REFUSED.test(each)) ||
      (/^(?:(?:OS|IO|Environment)Error|socket\.[et])/.test(each) &&
        !(/t$/.test(each) ? /httpx|requests/ : /httpx/).test(module.textOf(body)) &&
        module.says(/urllib|requests|aiohttp/)),
  );

/** Those that are no Exception, so that to let them through is no choice of errors. */
export const areSignals = (classes: readonly string[] | undefined): boolean =>
  classes?.every(each => /^(?:KeyboardInterrupt|SystemExit|GeneratorExit|Cancelled(?:Error)?)$/.test(each)) ?? false;

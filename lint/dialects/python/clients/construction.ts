/** What the construction of a client says of its retries. */

import type {Call, PythonModule} from '../../../source/python/module.ts';
import type {Argument, SyntaxNode} from '../../../source/python/syntax.ts';
import {type Library, libraryOf, modelBy} from './table.ts';

export interface Construction {
  readonly library: Library;
  readonly call: Call;
  /** Undefined where they are not known. */
  readonly retries: number | undefined;
  readonly retriesBy: Argument | undefined;
}

/** The construction that a call is. */
export function constructionOf(call: Call, module: PythonModule): Construction | undefined {
  const library = /^langchain\.(?:chat_models\.)?(?:base\.)?init_chat_model$/.test(call.name)
    ? chatModelOf(call, module)
    : libraryOf(call.name);
  if (library === undefined || call.parentheses === undefined) return undefined;
  const retriesBy = argumentOf(call, library.retriesBy);
  return {library, call, retriesBy, retries: retriesOf(call, library, module)};
}

function chatModelOf(call: Call, module: PythonModule): Library | undefined {
  const textOf = (given: Argument | undefined): string | undefined => {
    const value = given && module.constantOf(given.value)?.value;
    return typeof value === 'string' ? value : undefined;
  };
  const provider = argumentOf(call, 'model_provider');
  const model = argumentOf(call, 'model') ?? call.args.find(({name}) => name === undefined);
  // A provider that is not known says more than a model.
  return provider !== undefined && textOf(provider) === undefined
    ? undefined
    : modelBy(textOf(provider), textOf(model));
}

export const argumentOf = ({args}: Pick<Call, 'args'>, ...names: readonly string[]): Argument | undefined =>
  args.find(({name}) => name !== undefined && names.includes(name));

/** The retries after the first attempt. */
function retriesOf(call: Call, library: Library, module: PythonModule): number | undefined {
  const given = argumentOf(call, library.retriesBy);
  if (given === undefined) return call.isOpen ? undefined : library.retries;
  const value = module.constantOf(given.value)?.value;
  if (value === null) return library.kind === 'sdk' ? undefined : library.retries;
  return typeof value === 'number' && value >= 0 ? value : undefined;
}

/**
 * A timeout in seconds: a number, or an `httpx.Timeout`, of which the time to read counts. None is no timeout; undefined is not known.
 */
export function timeoutS(node: SyntaxNode, module: PythonModule): number | null | undefined {
  const known = module.constantOf(node);
  if (known !== undefined) return typeof known.value === 'number' || known.value === null ? known.value : undefined;
  const call = module.callOf(node);
  if (call === undefined || call.isOpen || !/^(?:httpx2?|openai|anthropic)\.(?:\w+\.)*Timeout$/.test(call.name))
    return undefined;
  const given =
    argumentOf(call, 'read') ?? argumentOf(call, 'timeout') ?? call.args.find(({name}) => name === undefined);
  const value = given && module.constantOf(given.value)?.value;
  return typeof value === 'number' || value === null ? value : undefined;
}

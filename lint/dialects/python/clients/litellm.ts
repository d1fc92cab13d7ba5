/**
 * The retries of `litellm.completion`. Measured with 1.110: with `num_retries=n` it sends at least n + 1 requests, whatever the vendor, and up
 * to 2 n + 1 where the client of OpenAI is below it. Without arguments that client makes three attempts, and other vendors get one.
 */

import type {Call, PythonModule} from '../../../source/python/module.ts';
import type {Span} from '../../../source/tree.ts';
import {argumentOf} from './construction.ts';
import type {Raises} from './table.ts';

const COMPLETION = /^litellm\.(?:main\.)?a?completion$/;

interface LiteLlmCall {
  readonly name: string;
  readonly raises: readonly Raises[];
  /** Undefined where it is not known. */
  readonly maxAttempts: number | undefined;
  readonly span: Span;
  readonly isAsync: boolean;
}

/** @returns Undefined for another call. */
export function liteLlmCallOf(call: Call, module: PythonModule): LiteLlmCall | undefined {
  if (!COMPLETION.test(call.name)) return undefined;
  return {
    // The SDK below may repeat each of them.
    name: argumentOf(call, 'num_retries') === undefined ? 'LiteLLM' : 'LiteLLM (at least)',
    raises: ['litellm', 'openai'],
    maxAttempts: attemptsOf(call, module),
    span: call.callee,
    isAsync: /\.acompletion$/.test(call.name),
  };
}

function attemptsOf(call: Call, module: PythonModule): number | undefined {
  if (call.isOpen || module.says(/\blitellm\.(?:num_retries|model_fallbacks)\s*=/)) return undefined;
  const given = argumentOf(call, 'num_retries');
  if (given !== undefined) {
    const value = module.constantOf(given.value)?.value;
    return typeof value === 'number' && value >= 0 ? value + 1 : undefined;
  }
  if (!isOpenAi(call, module)) return undefined;
  const sdk = argumentOf(call, 'max_retries');
  const retries = sdk === undefined ? 2 : module.constantOf(sdk.value)?.value;
  return typeof retries === 'number' && retries >= 0 ? retries + 1 : undefined;
}

function isOpenAi(call: Call, module: PythonModule): boolean {
  const model = argumentOf(call, 'model') ?? call.args.find(({name}) => name === undefined);
  const name = model && module.constantOf(model.value)?.value;
  return (
    typeof name === 'string' && /^(?:openai\/|gpt-)/.test(name) && argumentOf(call, 'custom_llm_provider') === undefined
  );
}

/** What the tools have in common: their input, and how they answer. */

import type {CallToolResult, ToolAnnotations} from '@modelcontextprotocol/server';
import {z} from 'zod';
import {UsageError} from '../../src/cli/usage-error.ts';
import {CliError} from '../io/cli-error.ts';
import type {Simulations} from '../simulate/run.ts';
import type {CallThread} from './call-thread.ts';

/** What the tools work with. */
export interface Desk {
  readonly thread: CallThread;
  readonly simulations: Simulations;
  /** Writes to the log of the agent. */
  readonly log: (error: Error) => void;
}

/** The linter reads no longer program. A policy may be a fifth as long: RL006 reports a longer one. */
const LONGEST_TEXT = 5_000_000;

/** Tools that take one policy have these fields. */
export const policyFields: {readonly path: z.ZodOptional<z.ZodString>; readonly text: z.ZodOptional<z.ZodString>} = {
  path: z
    .string()
    .max(4096)
    .optional()
    .describe(
      'A policy in the folder of the server, such as retry-policy.json, or package.json#/retryPolicy for one inside a file. With text: the file that the text is for; .yaml makes it YAML',
    ),
  text: z
    .string()
    .max(LONGEST_TEXT)
    .optional()
    .describe('The text of a policy that is not saved: JSON with or without comments, or YAML'),
};

/** No tool changes anything, and none needs a network. */
export const readsOnly: ToolAnnotations = {readOnlyHint: true, idempotentHint: true, openWorldHint: false};

/** What is wrong with a call is an answer that the agent can read and act on. */
export async function answer(
  desk: Desk,
  signal: AbortSignal,
  work: () => Promise<CallToolResult>,
): Promise<CallToolResult> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof CliError || error instanceof UsageError) return failure(error.message);
    desk.log(error instanceof Error ? error : new Error(String(error)));
    return failure('This is a bug in retry-lint, not in the policy. The log of the server says more.');
  }
}

/** @throws CliError unless a path or a text is given. */
export function requirePolicy({
  path,
  text,
}: {
  readonly path?: string | undefined;
  readonly text?: string | undefined;
}): void {
  if (path === undefined && text === undefined) throw new CliError('Give the path or the text of a policy.');
}

const failure = (message: string): CallToolResult => ({isError: true, content: [{type: 'text', text: message}]});

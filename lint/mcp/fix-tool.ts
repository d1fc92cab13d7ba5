/** The tool that fixes a policy. It returns the text: the agent writes files by its own tool, which asks its user and shows the change. */

import type {McpServer} from '@modelcontextprotocol/server';
import {z} from 'zod';
import {findingSchema} from './finding-schema.ts';
import {answer, type Desk, policyFields, readsOnly, requirePolicy} from './tool.ts';

const outputSchema = z.object({
  path: z.string(),
  changed: z.boolean(),
  text: z.string().describe('The whole text after the fixes'),
  fixed: z.array(findingSchema).describe('What was fixed, with its places in the text before'),
  left: z.array(findingSchema).describe('What is still found, the worst first'),
  omitted: z.int().describe('Findings that were left out of left'),
});

export function registerFix(server: McpServer, desk: Desk): void {
  server.registerTool(
    'fix',
    {
      title: 'Fix a retry policy',
      description:
        'Returns the text of a policy after all safe fixes, and what is left to decide. Writes no file: write the returned text yourself.',
      inputSchema: z.strictObject({
        ...policyFields,
        unsafe: z
          .boolean()
          .default(false)
          .describe('Apply fixes too after which calls may behave differently, or which choose a number'),
      }),
      outputSchema,
      annotations: readsOnly,
    },
    ({path, text, unsafe}, {mcpReq: {signal}}) =>
      answer(desk, signal, async () => {
        requirePolicy({path, text});
        return desk.thread.run('fix', {path, text, unsafe}, signal);
      }),
  );
}

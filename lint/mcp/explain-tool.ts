/** The tool that explains a rule. */

import type {McpServer} from '@modelcontextprotocol/server';
import {z} from 'zod';
import {answer, type Desk, policyFields, readsOnly} from './tool.ts';

const outputSchema = z.object({
  code: z.string(),
  rule: z.string(),
  summary: z.string(),
  severity: z.enum(['error', 'warning', 'info']).describe('The default'),
  confidence: z.enum(['high', 'medium', 'low']),
  fix: z.enum(['safe', 'unsafe', 'none']).describe('Whether the tool fix can correct its findings'),
  page: z.string().nullable().describe('URL of the documentation'),
});

export function registerExplain(server: McpServer, desk: Desk): void {
  server.registerTool(
    'explain',
    {
      title: 'Explain a rule',
      description:
        'Explains a rule of the linter: what goes wrong, for whom, what to do instead, and the sources. With a policy, also the arithmetic in its numbers.',
      inputSchema: z.strictObject({
        rule: z.string().max(200).describe('Code or name: RL203, no-synchronized-retries'),
        ...policyFields,
      }),
      outputSchema,
      annotations: readsOnly,
    },
    ({rule, path, text}, {mcpReq: {signal}}) =>
      answer(desk, signal, () => desk.thread.run('explain', {rule, path, text}, signal)),
  );
}

/** The tool that lints policies. */

import type {McpServer} from '@modelcontextprotocol/server';
import {z} from 'zod';
import {findingSchema} from './finding-schema.ts';
import {answer, type Desk, policyFields, readsOnly} from './tool.ts';

const outputSchema = z.object({
  files: z.int().describe('Policies that were linted'),
  errors: z.int(),
  warnings: z.int(),
  infos: z.int(),
  suppressed: z.int().describe('Findings that the policy or the baseline accepts'),
  findings: z.array(findingSchema).describe('The worst first'),
  omitted: z.int().describe('Findings that were left out of findings'),
  unreadable: z.array(z.string()).describe('Files and folders that could not be read, and why'),
});

export function registerLint(server: McpServer, desk: Desk): void {
  server.registerTool(
    'lint',
    {
      title: 'Lint retry policies',
      description:
        'Reports where and why retry policies are unsafe: retries that multiply load, repeat a payment, outlast their deadline. Without path and text: every policy in the folder. path may also be a folder or a glob.',
      inputSchema: z.strictObject(policyFields),
      outputSchema,
      annotations: readsOnly,
    },
    ({path, text}, {mcpReq: {signal}}) => answer(desk, signal, () => desk.thread.run('lint', {path, text}, signal)),
  );
}

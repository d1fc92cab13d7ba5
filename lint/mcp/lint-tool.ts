/** The tool that lints policies. */

import type {McpServer} from '@modelcontextprotocol/server';
import {z} from 'zod';
import {afterPoll} from '../../src/core/event-loop.ts';
import type {Report} from '../finding.ts';
import {formatSum, sumOf} from '../formatters/sum.ts';
import {lintText} from '../lint.ts';
import {findingSchema, findingText, worstFindings} from './findings.ts';
import {answer, type Desk, policyFields, readsOnly, textOf} from './tool.ts';

const outputSchema = z.object({
  files: z.int().describe('Policies that were linted'),
  errors: z.int(),
  warnings: z.int(),
  infos: z.int(),
  suppressed: z.int().describe('Findings that the policy or the baseline accepts'),
  findings: z.array(findingSchema).describe('The worst first'),
  omitted: z.int().describe('Findings that were left out of findings'),
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
    ({path, text}, {mcpReq: {signal}}) =>
      answer(desk, signal, async () => {
        const {folder} = desk;
        const requests = text === undefined ? await folder.requests(path) : [await folder.request({path, text})];
        const reports: Report[] = [];
        for (const request of requests) reports.push(await lintText({...request, signal, pause: nextTurn}));
        const sum = sumOf({reports});
        const {findings, omitted} = worstFindings(reports);
        const {files, errors, warnings, infos, suppressed} = sum;
        const more = omitted === 0 ? '' : `${omitted} more findings were left out: lint one policy at a time.`;
        return {
          content: textOf(
            [`${formatSum(sum)}.`, ...findings.map(findingText), more].filter(line => line !== '').join('\n'),
          ),
          structuredContent: {files, errors, warnings, infos, suppressed, findings, omitted},
        };
      }),
  );
}

/** A message that cancels the call is read between two rules. */
export const nextTurn = (): Promise<void> => new Promise(afterPoll);

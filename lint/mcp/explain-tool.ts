/** The tool that explains a rule. */

import type {McpServer} from '@modelcontextprotocol/server';
import {z} from 'zod';
import {namesOf, noRule} from '../config-file/rule-names.ts';
import {documentationOf} from '../documentation.ts';
import {ruleMarkdown} from '../explain/rule-markdown.ts';
import {CliError} from '../io/cli-error.ts';
import {textsOf} from '../io/rule-texts.ts';
import {codeOf} from '../rule-set.ts';
import {answer, type Desk, policyFields, readsOnly, textOf} from './tool.ts';

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
        rule: z.string().max(200).describe('Code or name: RL203, no-synchronised-retries'),
        ...policyFields,
      }),
      outputSchema,
      annotations: readsOnly,
    },
    ({rule: name, path, text}, {mcpReq: {signal}}) =>
      answer(desk, signal, async () => {
        const {folder} = desk;
        const available = await folder.rules(path);
        const rule = available.find(({code}) => code === codeOf(available, name));
        if (rule === undefined)
          throw new CliError(`${name} ${noRule(name, namesOf(available))}.`.replace(/\?\.$/, '?'));
        const request = path === undefined && text === undefined ? undefined : await folder.request({path, text});
        const {code, summary, severity, confidence, fix = 'none'} = rule;
        return {
          content: textOf(await ruleMarkdown(rule, await textsOf(rule), request)),
          structuredContent: {
            code,
            rule: rule.name,
            summary,
            severity,
            confidence,
            fix,
            page: documentationOf(rule).url ?? null,
          },
        };
      }),
  );
}

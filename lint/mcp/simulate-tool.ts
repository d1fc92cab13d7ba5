/** The tool that simulates a policy. */

import type {McpServer} from '@modelcontextprotocol/server';
import {z} from 'zod';
import {scenarioNames} from '../../src/simulate/scenario/read.ts';
import {answer, type Desk, policyFields, readsOnly, requirePolicy} from './tool.ts';

const duration = z.number().nullable().describe('In ms; null: the call failed');

const numbers = z.object({
  name: z.string(),
  calls: z.int(),
  succeeded: z.int(),
  successRatio: z.number().describe('From 0 to 1'),
  requests: z.int(),
  requestsPerCall: z.number().describe('The load: 1 without retries'),
  paidRequests: z.int().describe('Requests that the service began to process'),
  moves: z.int().describe('Attempts that went to another endpoint than the attempt before'),
  latencyMs: z.object({p50: duration, p95: duration, p99: duration}).describe('Over all calls'),
  ends: z.record(z.string(), z.int()).describe('How many calls ended for each reason'),
  endpoints: z
    .array(z.object({name: z.string(), requests: z.int(), succeeded: z.int(), paidRequests: z.int()}))
    .describe('What reached each endpoint; empty where all calls go to one service'),
  breakersOpened: z.int(),
  recoveryMs: z
    .number()
    .nullable()
    .describe('From the end of the trouble until calls succeed as before; null: not within the scenario'),
});

const outputSchema = z.object({
  scenario: z.string(),
  description: z.string(),
  seed: z.int(),
  results: z.array(numbers).describe('First without a policy, then with the policy'),
});

export function registerSimulate(server: McpServer, desk: Desk): void {
  server.registerTool(
    'simulate',
    {
      title: 'Simulate a retry policy',
      description:
        'Says what a policy does in an outage: success, latency, load and recovery, beside the same calls without a policy. Runs the real engine on a simulated clock against a simulated service; takes seconds, and sends nothing.',
      inputSchema: z.strictObject({
        ...policyFields,
        scenario: z.enum(scenarioNames).describe('What happens to the service'),
        policy: z.int().min(0).default(0).describe('Which policy of a file with several, from 0'),
        route: z.int().min(0).optional().describe('A route of the policy alone, from 0'),
        seed: z.int().min(0).max(4_294_967_295).optional().describe('Default: that of the scenario'),
      }),
      outputSchema,
      annotations: readsOnly,
    },
    ({path, text, scenario, policy, route, seed}, {mcpReq: {signal}}) =>
      answer(desk, signal, async () => {
        requirePolicy({path, text});
        const target = route === undefined ? {policy} : {policy, route};
        const simulable = await desk.thread.run('simulable', {path, text, target}, signal);
        const job = {...simulable, scenario, page: false, ...(seed === undefined ? {} : {seed})};
        const {table, description, results, ...simulated} = await desk.simulations.run(job, signal);
        return {
          content: [{type: 'text', text: table}],
          structuredContent: {scenario: simulated.scenario, description, seed: simulated.seed, results: [...results]},
        };
      }),
  );
}

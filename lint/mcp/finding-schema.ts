/** The schema of a finding, apart from what makes findings: the thread of the tools needs no zod. */

import {z} from 'zod';
import type {PlainFinding, PlainFix} from './findings.ts';

const fix: z.ZodType<PlainFix> = z.object({
  title: z.string(),
  safety: z
    .enum(['safe', 'unsafe'])
    .describe('safe: every call that would have succeeded still does, and no number is chosen'),
});

export const findingSchema: z.ZodType<PlainFinding> = z.object({
  code: z.string().describe('Code of the rule: RL203'),
  rule: z.string().describe('Name of the rule: no-synchronized-retries'),
  severity: z.enum(['error', 'warning', 'info']),
  confidence: z.enum(['high', 'medium', 'low']),
  message: z.string(),
  path: z.string(),
  line: z.int().describe('From 1'),
  column: z.int().describe('From 1, in UTF-16 units'),
  endLine: z.int(),
  endColumn: z.int(),
  field: z.string().describe('Path of the field: routes[0].backoff.jitter'),
  fix: fix.nullable().describe('The change that the tool fix would make'),
  suggestions: z.array(fix).describe('Other changes, which no tool makes'),
});

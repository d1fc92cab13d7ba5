/** The tools, as one server. */

import {McpServer} from '@modelcontextprotocol/server';
import {VERSION} from '../../src/core/version.ts';
import {registerExplain} from './explain-tool.ts';
import {registerFix} from './fix-tool.ts';
import {registerLint} from './lint-tool.ts';
import {registerSimulate} from './simulate-tool.ts';
import type {Desk} from './tool.ts';

const INSTRUCTIONS = `Tools for retry policies of steadfetch: files called *.retry.json, retry-policy.*, or with the $schema of steadfetch, in JSON, JSONC or YAML.
After a change of a policy, lint it. Apply safe fixes with fix, and write the returned text. For what is left, read explain with the policy, and decide with the user. simulate says what a policy does in an outage.`;

export function serverOf(desk: Desk): McpServer {
  const server = new McpServer(
    {name: 'retry-lint', title: 'retry-lint', version: VERSION},
    {instructions: INSTRUCTIONS},
  );
  registerLint(server, desk);
  registerFix(server, desk);
  registerExplain(server, desk);
  registerSimulate(server, desk);
  return server;
}

/** `retry-lint mcp`: the server of tools for coding agents. */

import type {Command} from './command.ts';

export const mcp: Command = async (args, io) => {
  // Only this command pays for the protocol.
  const {serve} = await import('../mcp/serve.ts');
  return serve(args, io);
};

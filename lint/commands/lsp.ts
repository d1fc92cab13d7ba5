/** `retry-lint lsp`: the language server for editors. */

import type {Command} from './command.ts';

export const lsp: Command = async (args, io) => {
  // Only this command pays for the protocol.
  const {serve} = await import('../lsp/serve.ts');
  return serve(args, io);
};

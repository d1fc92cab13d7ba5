/** Loaded before `steadfetch chaos`: records when each request arrives, and changes nothing. */
import {subscribe} from 'node:diagnostics_channel';
import type {IncomingMessage} from 'node:http';
import {endWithParent, type Start, sharedNow} from './processes.ts';

const byCell: Record<string, number[]> = {};
let hasBegun = false;
subscribe('http.server.request.start', message => {
  const at = sharedNow();
  const {url} = (message as {request: IncomingMessage}).request;
  if (!hasBegun) process.send!({at} satisfies Start); // The time of the scenario begins with this request.
  hasBegun = true;
  const cell = url!.slice(1);
  byCell[cell] ??= [];
  byCell[cell].push(at);
});
process.on('message', () => process.send!(byCell));
endWithParent();
process.channel!.unref(); // The server decides when the process ends.

/**
 * A server in a process of its own, which a test kills: it sends the first part of a response, and acts after the file `goOn` exists.
 *
 * Arguments: a JSON object of type `StreamingServer`. Prints `ready` when it listens.
 */
import {existsSync} from 'node:fs';
import {createServer} from 'node:http';
import {setTimeout} from 'node:timers/promises';
import {type AfterLoss, idempotencyMiddleware, redisStore} from '../../src/server.ts';
import {DRIVERS} from './drivers.ts';

/** The arguments of the process. */
export interface StreamingServer {
  readonly url: string;
  readonly port: number;
  readonly afterLoss: AfterLoss;
  readonly contentType: string;
  /** Bytes of the first part. */
  readonly firstBytes: number;
  readonly goOn: string;
}

const {url, port, afterLoss, contentType, firstBytes, goOn} = JSON.parse(process.argv[2]!) as StreamingServer;
const {send} = await DRIVERS['node-redis']!(url);
const keyed = idempotencyMiddleware({store: redisStore({send}), scope: 'everyone', afterLoss, leaseMs: 1000});
createServer(
  keyed.listener(async (_request, response, {key}) => {
    response.writeHead(200, {'content-type': contentType}).write('.'.repeat(firstBytes));
    while (!existsSync(goOn)) await setTimeout(20);
    const effect = await send(['HINCRBY', 'streamed effects', key!, '1']);
    response.end(`effect ${effect}`);
  }),
).listen(port, '127.0.0.1', () => console.log('ready'));

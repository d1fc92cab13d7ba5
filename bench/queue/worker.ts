/** A worker of the bench: prints `ready`, and works from the first byte on its standard input. Arguments: URL, policy. */
import {once} from 'node:events';
import {createClient} from 'redis';
import {itemQueue} from '../../src/bullmq.ts';

const [url = '', policy = '{}'] = process.argv.slice(2);
const client = createClient({url});
await client.connect();
const queue = itemQueue<number>({name: 'bench', connection: client});
process.stdout.write('ready\n');
await once(process.stdin, 'data');
const {ended, failed} = await queue.work(n => n, {policy: JSON.parse(policy), concurrency: 64});
if (ended !== 'complete' || failed > 0) throw new Error(`${ended}, ${failed} failed`);
await queue.close();
client.destroy();

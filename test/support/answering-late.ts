/**
 * A server on a thread of its own, which goes on while the thread of the test is busy.
 *
 * It holds its answers until as many requests as expected have come, says so, and gives the answers a moment later.
 */
import {once} from 'node:events';
import {Worker} from 'node:worker_threads';

const SOURCE = `
  const {createServer} = require('node:http');
  const {parentPort, workerData} = require('node:worker_threads');
  const answered = new Int32Array(workerData);
  let expected = 1;
  let came = 0;
  let held = [];
  const server = createServer((request, response) => {
    request.resume();
    came++;
    if (held.push(response) < expected) return;
    const all = held;
    held = [];
    parentPort.postMessage(came);
    setTimeout(() => {
      for (const each of all) each.end('{"ok":true}');
      Atomics.add(answered, 0, all.length);
      Atomics.notify(answered, 0);
    }, 20);
  });
  parentPort.on('message', count => {
    expected = count;
    parentPort.postMessage(came);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

export class AnsweringLate {
  readonly url: string;
  readonly #worker: Worker;
  readonly #answered: Int32Array;

  private constructor(url: string, worker: Worker, answered: Int32Array) {
    this.url = url;
    this.#worker = worker;
    this.#answered = answered;
  }

  static async start(): Promise<AnsweringLate> {
    const buffer = new SharedArrayBuffer(4);
    const worker = new Worker(SOURCE, {eval: true, workerData: buffer});
    const [port] = await once(worker, 'message');
    return new AnsweringLate(`http://127.0.0.1:${port}/`, worker, new Int32Array(buffer));
  }

  /** From now on this many requests are answered together. */
  async expect(count: number): Promise<void> {
    this.#worker.postMessage(count);
    await once(this.#worker, 'message');
  }

  /** Resolves when so many requests have come in all. */
  async allHere(count: number): Promise<void> {
    for (let came = 0; came < count; ) [came] = await once(this.#worker, 'message');
  }

  /** Blocks this thread until so many requests were answered in all. Their answers lie in the sockets then. */
  blockUntilAnswered(count: number): void {
    const answered = () => Atomics.load(this.#answered, 0);
    for (let seen = answered(); seen < count; seen = answered())
      if (Atomics.wait(this.#answered, 0, seen, 10_000) === 'timed-out') throw new Error(`Only ${seen} were answered.`);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** The server as a process, and messages to it as bytes: for what no client library would send. */
import {type ChildProcess, spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {expect} from 'chai';
import {retryLintProgram} from '../../support/programs.ts';

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: {readonly code: number; readonly message: string};
}

const running: ChildProcess[] = [];

class Wire {
  readonly #process: ChildProcess = spawn(process.execPath, [retryLintProgram, 'mcp'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  readonly exitCode: Promise<number | null> = new Promise(resolve => this.#process.once('exit', resolve));
  readonly answers: Message[] = [];
  errors = '';
  #waiting: (() => void)[] = [];

  constructor() {
    running.push(this.#process);
    createInterface({input: this.#process.stdout!}).on('line', line => {
      this.answers.push(JSON.parse(line) as Message);
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
    this.#process.stderr!.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
    this.#process.stdin!.on('error', () => {});
  }

  /** A server that is initialized. */
  static async ready(): Promise<Wire> {
    const wire = new Wire();
    const clientInfo = {name: 'wire', version: '1'};
    wire.send({
      id: 0,
      method: 'initialize',
      params: {protocolVersion: '2025-06-18', capabilities: {}, clientInfo},
    });
    await wire.answer(0);
    wire.send({method: 'notifications/initialized'});
    return wire;
  }

  send(message: Message): void {
    this.sendText(JSON.stringify({jsonrpc: '2.0', ...message}));
  }

  call(id: number, name: string, args: object): void {
    this.send({id, method: 'tools/call', params: {name, arguments: args}});
  }

  sendText(line: string): void {
    this.#process.stdin!.write(`${line}\n`);
  }

  /** The server reads in one piece what is sent by `send`. */
  together(send: () => void): void {
    this.#process.stdin!.cork();
    send();
    this.#process.stdin!.uncork();
  }

  end(): void {
    this.#process.stdin!.end();
  }

  async answer(id: number): Promise<Message> {
    for (;;) {
      const found = this.answers.find(message => message.id === id);
      if (found !== undefined) return found;
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
  }
}

/** A policy that takes the linter a while: no route is like another. */
const routes = (count: number): string =>
  JSON.stringify({routes: Array.from({length: count}, (_, at) => ({match: {path: `/r${at}/*`}, maxAttempts: 2}))});

describe('retry-lint mcp', function () {
  this.timeout(120_000);

  after(() => {
    for (const process of running.splice(0)) process.kill('SIGKILL');
  });

  it('speaks to clients of earlier versions of the protocol', async () => {
    const wire = await Wire.ready();
    expect((await wire.answer(0)).result).to.deep.include({protocolVersion: '2025-06-18'});
    wire.send({id: 1, method: 'tools/list'});
    expect((await wire.answer(1)).result!.tools).to.have.length(4);
    wire.end();
    expect(await wire.exitCode).to.equal(0);
    expect(wire.errors).to.equal('');
  });

  it('ends while a simulation runs', async () => {
    const wire = await Wire.ready();
    wire.call(1, 'simulate', {text: '{}', scenario: 'spike'});
    wire.call(2, 'explain', {rule: 'RL203'});
    await wire.answer(2);
    wire.end();
    expect(await wire.exitCode).to.equal(0);
  });

  describe('for many messages', () => {
    // Each test has ids of its own.
    let wire: Wire;
    before(async () => {
      wire = await Wire.ready();
    });

    it('goes on after a line that is not JSON, and after an invalid message', async () => {
      wire.sendText('{"jsonrpc": "2.0", "id": 1,');
      wire.sendText('');
      wire.sendText('[]');
      wire.sendText('{"jsonrpc": "2.0"}');
      wire.call(12, 'lint', {text: '{}'});
      expect((await wire.answer(12)).result).to.have.nested.property('structuredContent.errors', 0);
    });

    it('answers an unknown tool and an unknown method with an error', async () => {
      wire.call(21, 'write', {});
      wire.send({id: 22, method: 'tools/run'});
      wire.send({id: 23, method: 'tools/call', params: {}});
      expect((await wire.answer(21)).error!.message).to.equal('Tool write not found');
      expect((await wire.answer(22)).error!.code).to.equal(-32601);
      expect((await wire.answer(23)).error!.code).to.equal(-32602);
    });

    it('answers a request whose params are no object, as JSON-RPC says', async () => {
      wire.sendText('{"jsonrpc": "2.0", "id": 24, "method": "tools/list", "params": null}');
      wire.sendText('{"jsonrpc": "2.0", "id": "25", "method": "ping", "params": 1}');
      wire.sendText('{"jsonrpc": "2.0", "id": 26, "method": "tools/list", "params": []}');
      wire.sendText('{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": null}');
      wire.sendText('{"jsonrpc": "2.0", "id": 27, "method": 7}');
      wire.send({id: 28, method: 'ping'});
      await wire.answer(28);
      expect((await wire.answer(24)).error).to.deep.equal({
        code: -32600,
        message: 'Invalid request: params must be an object, or left out, got null.',
      });
      expect(wire.answers.filter(({id}) => id === '25').map(({error}) => error?.code)).to.deep.equal([-32600]);
      expect((await wire.answer(26)).error).to.deep.equal({
        code: -32602,
        message: 'Invalid params: params must be an object, got a list.',
      });
      expect((await wire.answer(27)).error?.message).to.equal('Invalid request: method must be a text, got 7.');
    });

    it('takes a policy of a million characters, and refuses a larger one with a finding or a sentence', async () => {
      const note = 'é🙂'.repeat(330_000);
      wire.call(31, 'lint', {text: `{"x-note": "${note}", "backoff": {"jitter": "none"}}`});
      expect((await wire.answer(31)).result).to.have.nested.property('structuredContent.findings[0].code', 'RL203');
      wire.call(33, 'lint', {text: `{"x-note": "${note + note}"}`});
      expect((await wire.answer(33)).result).to.have.nested.property('structuredContent.findings[0].code', 'RL006');
      wire.call(32, 'fix', {text: 'x'.repeat(5_000_001)});
      const refused = (await wire.answer(32)).result!;
      expect(refused.isError).to.equal(true);
      expect(JSON.stringify(refused.content)).to.contain('Too big: expected string to have <=5000000 characters');
    });

    it('takes a text of the largest size that a client writes with an escape for each character', async () => {
      const text =
        JSON.stringify('{"x-note": "').slice(0, -1) +
        '\\u6f22'.repeat(4_999_900) +
        '\\", \\"backoff\\": {\\"jitter\\": \\"none\\"}}"';
      wire.sendText(
        `{"jsonrpc": "2.0", "id": 41, "method": "tools/call", "params": {"name": "lint", "arguments": {"text": ${text}}}}`,
      );
      expect((await wire.answer(41)).result).to.have.nested.property('structuredContent.findings[0].code', 'RL006');
    });

    it('answers a message that is too long to hold with an error, and goes on', async () => {
      wire.sendText(`{"jsonrpc": "2.0", "id": 51, "method": "${'x'.repeat(31_100_000)}"}`);
      expect((await wire.answer(51)).error).to.deep.equal({
        code: -32600,
        message: 'A message of 31100042 bytes was skipped: at most 31000000 are read.',
      });
      wire.call(52, 'lint', {text: '{}'});
      expect((await wire.answer(52)).result).to.have.nested.property('structuredContent.errors', 0);
    });

    it('does not answer a call that was cancelled, and ends it', async () => {
      wire.call(61, 'simulate', {text: '{}', scenario: 'spike'});
      wire.send({method: 'notifications/cancelled', params: {requestId: 61, reason: 'enough'}});
      wire.call(62, 'simulate', {text: '{}', scenario: 'steady'});
      await wire.answer(62);
      expect(wire.answers.filter(({id}) => id === 61)).to.deep.equal([]);
    });

    it('answers a ping while a call runs, and after it a call that waited', async () => {
      wire.together(() => {
        wire.call(71, 'lint', {text: routes(200)});
        wire.call(72, 'lint', {text: '{}'});
        wire.send({id: 73, method: 'ping'});
      });
      await wire.answer(72);
      const order = wire.answers.map(({id}) => id).filter(id => Number(id) > 70);
      expect(order).to.deep.equal([73, 71, 72]);
    });
  });
});

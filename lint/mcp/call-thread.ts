/** The thread in which calls of tools run, one after the other. A call that takes too long ends with the thread, and the server goes on. */

import {Worker} from 'node:worker_threads';
import type {Arguments} from '../../src/cli/parse-arguments.ts';
import {systemClock} from '../../src/core/system-clock.ts';
import {CallbackTimer} from '../../src/core/timer.ts';
import {CliError} from '../io/cli-error.ts';
import type {Io} from '../io/io.ts';
import type {CallName, Inputs, Results} from './calls.ts';
import type {Request, Response, ThreadData} from './worker.ts';
import {workerFile} from './worker-file.ts';

/** How long a call may take, in ms. A policy takes the linter less than 0.1 s, a repository with a thousand of them two seconds. */
const MOST_MS = 10_000;
/** Memory of a call. */
const MOST_MB = 1024;

export class CallThread {
  readonly #data: ThreadData;
  readonly #io: Io;
  readonly #mostMs: number;
  readonly #hasPlugins: boolean;
  #worker: Worker | undefined;
  /** Whether a thread with rules of --plugin was ended. They are loaded once: an agent may have changed them since. */
  #isOver = false;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(args: Arguments, io: Io, mostMs: number) {
    const {operands, options} = args;
    this.#data = {isToolThread: true, cwd: io.cwd, operands, options};
    this.#io = io;
    this.#mostMs = mostMs;
    this.#hasPlugins = args.has('plugin');
  }

  /** @throws CliError if the folder or a module of rules cannot be used. */
  static async open(args: Arguments, io: Io, mostMs: number = MOST_MS): Promise<CallThread> {
    const thread = new CallThread(args, io, mostMs);
    await thread.#start();
    return thread;
  }

  /**
   * Runs when the calls before it have ended.
   *
   * @throws CliError with a sentence for the agent; the reason of the signal; any other error is a bug.
   */
  run<Name extends CallName>(name: Name, input: Inputs[Name], signal: AbortSignal): Promise<Results[Name]> {
    const started = this.#last.then(async () => {
      signal.throwIfAborted();
      if (this.#isOver)
        throw new CliError(
          'A call of this server took too long, and its rules of --plugin ended with it. They are loaded only at the start: start the server again.',
        );
      const worker = this.#worker ?? (await this.#start());
      // The type of a response follows from the name of its request.
      return (await this.#carryOut(worker, {name, input, today: this.#io.today()} as Request, signal)) as Results[Name];
    });
    this.#last = started.catch(() => {});
    return started;
  }

  async close(): Promise<void> {
    await this.#end();
  }

  async #start(): Promise<Worker> {
    const worker = new Worker(workerFile, {
      workerData: this.#data,
      resourceLimits: {maxOldGenerationSizeMb: MOST_MB},
      stdout: true,
      stderr: true,
    });
    // Standard output has the messages of the protocol, and a plugin may log there.
    for (const stream of [worker.stdout, worker.stderr]) stream.on('data', text => this.#io.err.write(String(text)));
    worker.on('message', (response: Response) => {
      if ('log' in response) this.#io.err.write(response.log);
    });
    // Whoever waits for a response listens, too; without a listener an error would end the process.
    worker.on('error', () => {});
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    this.#worker = worker;
    const ending = await endingOf(worker);
    if ('ready' in ending) return worker;
    await this.#end();
    throw errorOf(ending);
  }

  async #carryOut(worker: Worker, request: Request, signal: AbortSignal): Promise<Results[CallName]> {
    const cancel = (): void => worker.postMessage('cancel' satisfies Request);
    signal.addEventListener('abort', cancel, {once: true});
    const limit = new CallbackTimer(() => worker.emit(TOO_LONG));
    systemClock.arm(limit, this.#mostMs);
    try {
      const ending = endingOf(worker);
      worker.postMessage(request);
      const ended = await ending;
      if ('tooLong' in ended || 'died' in ended) await this.#end();
      signal.throwIfAborted();
      if ('result' in ended) return ended.result;
      throw 'tooLong' in ended ? new CliError(this.#tooLong()) : errorOf(ended);
    } finally {
      systemClock.disarm(limit);
      signal.removeEventListener('abort', cancel);
    }
  }

  #tooLong = (): string =>
    `The call took longer than ${this.#mostMs / 1000} s, and was ended: there are too many policies, or one is too large. Name one of them, or a part of it.`;

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker === undefined) return;
    this.#isOver = this.#hasPlugins;
    await worker.terminate();
  }
}

/** An event of a thread that it does not know of. */
const TOO_LONG = 'retry-lint:too-long';

type Ending = Exclude<Response, {readonly log: string}> | {readonly died: Error} | {readonly tooLong: true};

/** What a thread says next, besides lines for the log. */
function endingOf(worker: Worker): Promise<Ending> {
  return new Promise(resolve => {
    const onMessage = (response: Response): void => {
      if (!('log' in response)) end(response);
    };
    const onError = (died: Error): void => end({died});
    const onExit = (code: number): void => end({died: new Error(`The thread of the tools ended with code ${code}.`)});
    const onTooLong = (): void => end({tooLong: true});
    const end = (ending: Ending): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit).off(TOO_LONG, onTooLong);
      resolve(ending);
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit).on(TOO_LONG, onTooLong);
  });
}

function errorOf(ending: Ending): Error {
  if ('problem' in ending) return new CliError(ending.problem);
  if ('bug' in ending) return new Error(ending.bug);
  const {code} = ('died' in ending ? ending.died : {}) as NodeJS.ErrnoException;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new CliError(`The call needed more than ${MOST_MB} MB, and was ended: lint one policy at a time.`);
  return 'died' in ending ? ending.died : new Error('The thread of the tools gave an answer without a question.');
}

/** Carries out the calls of tools in a thread, which the server can end. Its bundle is also that of the server, where nothing of this runs. */

import {type MessagePort, parentPort, workerData} from 'node:worker_threads';
import {Arguments} from '../../src/cli/parse-arguments.ts';
import {UsageError} from '../../src/cli/usage-error.ts';
import {CliError} from '../io/cli-error.ts';
import {processIo} from '../io/process-io.ts';
import {type CallName, calls, type Inputs, type Results} from './calls.ts';
import {PolicyFolder} from './policy-folder.ts';

/** What the thread is started with. */
export interface ThreadData {
  readonly isToolThread: true;
  readonly cwd: string;
  readonly operands: readonly string[];
  readonly options: ReadonlyMap<string, readonly (string | undefined)[]>;
}

/** From the server. */
export type Request =
  | {readonly [Name in CallName]: {readonly name: Name; readonly input: Inputs[Name]; readonly today: string}}[CallName]
  | 'cancel';

/** From the thread. `problem` is a sentence for the agent, `bug` a stack trace for the log. */
export type Response =
  | {readonly ready: true}
  | {readonly log: string}
  | {readonly result: Results[CallName]}
  | {readonly problem: string}
  | {readonly bug: string};

async function serveCalls(port: MessagePort, {cwd, operands, options}: ThreadData): Promise<void> {
  let today = '';
  let cancel = new AbortController();
  const say = (response: Response): void => port.postMessage(response);
  const {io} = processIo();
  const err = {...io.err, write: (text: string) => say({log: text})};
  const args = new Arguments(operands, options);
  const fail = (error: unknown): void =>
    say(
      error instanceof CliError || error instanceof UsageError
        ? {problem: error.message}
        : {bug: String((error as Error)?.stack ?? error)},
    );
  try {
    const folder = await PolicyFolder.open(args, {...io, cwd, err, today: () => today});
    port.on('message', (request: Request) => {
      if (request === 'cancel') return cancel.abort();
      today = request.today;
      cancel = new AbortController();
      carryOut(request, folder, cancel.signal).then(result => say({result}), fail);
    });
    say({ready: true});
  } catch (error) {
    fail(error);
  }
}

async function carryOut(
  {name, input}: Exclude<Request, 'cancel'>,
  folder: PolicyFolder,
  signal: AbortSignal,
): Promise<Results[CallName]> {
  switch (name) {
    case 'lint':
      return calls.lint(input, folder, signal);
    case 'fix':
      return calls.fix(input, folder, signal);
    case 'explain':
      return calls.explain(input, folder, signal);
    case 'simulable':
      return calls.simulable(input, folder, signal);
  }
}

const data = workerData as ThreadData | null;
if (parentPort !== null && data?.isToolThread === true) void serveCalls(parentPort, data);

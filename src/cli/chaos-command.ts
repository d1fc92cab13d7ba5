/** `steadfetch chaos`: the service of a scenario as a real local server. */
import {readFile} from 'node:fs/promises';
import {monitorEventLoopDelay} from 'node:perf_hooks';
import {text} from 'node:stream/consumers';
import {type FaultServer, startServer} from '../chaos/fault-server.ts';
import {type FaultServerOptions, isLoopback} from '../chaos/options.ts';
import {readServedScenario} from '../chaos/served-scenario.ts';
import {systemClock} from '../core/system-clock.ts';
import {Timer} from '../core/timer.ts';
import type {Scenario} from '../simulate/scenario/types.ts';
import {type ChaosArguments, readChaosArguments} from './chaos-arguments.ts';
import {introText, type LateMs, type NamedCounts, progressText, summaryText} from './chaos-text.ts';
import {answer} from './command-spec.ts';
import {SPECS} from './commands.ts';
import {LinesFile} from './lines-file.ts';
import {parsedJson, scenarioOf} from './scenario-option.ts';
import {UsageError} from './usage-error.ts';
import {WIDTH, wrap} from './wrap.ts';

/** @returns The exit code: 0, or 1 where another process took the port. @throws UsageError, SteadfetchError, OutputError */
export async function chaosCommand(args: readonly string[], process: NodeJS.Process): Promise<number> {
  const options = readChaosArguments(args);
  if (typeof options === 'string') return answer(options, SPECS.chaos, process.stdout);
  checkHost(options);
  const scenario = readServedScenario(await scenarioOf(options.scenario, process.stdin));
  const {seed = scenario.seed, timeFrom, ...rest} = options.server;
  const body = await bodyOf(options.body, process.stdin);
  const end = Promise.withResolvers<Error | null>();
  const server = await listening(scenario, {...rest, seed, timeFrom, body}, end.resolve);
  const endpoints = server.endpoints.map(({name, url}) => ({name, url}));
  const about = {url: server.url, endpoints, seed, timeFrom};
  const printed = new LinesFile({place: {name: 'standard output', fd: 1}, isFile: false}, process);
  const print = async (line: object | string): Promise<void> =>
    void (await (typeof line === 'string' ? printed.write(line) : printed.put(line)));
  const late = new Lateness();
  const interrupt = (): void => end.resolve(null);
  for (const signal of SIGNALS) process.once(signal, interrupt);
  let progress: Repeated | null = null;
  try {
    if (options.json) await print({type: 'listening', scenario: scenario.name, ...about});
    else process.stderr.write(introText(scenario, about));
    progress = options.json
      ? new Repeated(MINUTE_MS, () =>
          print({type: 'minute', ...server.counts(), endpoints: countsOf(server)}).catch(end.reject),
        )
      : options.quiet
        ? null
        : progressOn(process.stderr, scenario, server);
    const failure = await end.promise;
    progress?.end();
    const lateMs = late.end();
    if (failure === null) await server.close();
    else process.stderr.write(`${failure.message}\n`);
    const counts = server.counts();
    await print(
      options.json
        ? {type: 'summary', scenario: scenario.name, seed, ...counts, endpoints: countsOf(server), lateMs}
        : summaryText(scenario, counts, countsOf(server), lateMs),
    );
    await printed.close();
    return failure === null ? 0 : 1;
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
    progress?.end();
    await server.close().catch(() => {}); // A failure has been told.
  }
}

const countsOf = ({endpoints}: FaultServer): NamedCounts[] =>
  endpoints.map(endpoint => ({name: endpoint.name, ...endpoint.counts()}));

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

function checkHost({server: {host, exposed}}: ChaosArguments): void {
  if (exposed || isLoopback(host)) return;
  const reason = `--host ${host} lets other machines reach this server, which answers everyone. Add --yes if they may.`;
  throw new UsageError([...wrap(reason), 'Nothing was started.'].join('\n'));
}

async function bodyOf(file: string | undefined, stdin: NodeJS.ReadableStream): Promise<unknown> {
  if (file === undefined) return undefined;
  if (file === '-') return parsedJson(await text(stdin), 'the body from standard input');
  const read = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `The body ${file} cannot be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}.`,
    );
  });
  return parsedJson(read, file);
}

async function listening(
  scenario: Scenario,
  options: FaultServerOptions,
  onFailure: (error: Error) => void,
): Promise<FaultServer> {
  try {
    return await startServer(scenario, options, onFailure);
  } catch (error) {
    const {code = '', port = options.port} = error as NodeJS.ErrnoException & {readonly port?: number};
    const reason = CANNOT_LISTEN[code];
    if (reason === undefined) throw error;
    throw new UsageError(`Cannot listen on port ${port} of ${options.host}: ${reason}. Nothing was started.`);
  }
}

const CANNOT_LISTEN: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is in use. Name another one with --port, or 0 for any free one',
  EACCES: 'this user may not. Name one from 1024 on with --port',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'the address is not known',
};

// Progress.

const MINUTE_MS = 60_000;
const FRAME_MS = 250;

function progressOn(stream: NodeJS.WriteStream, scenario: Scenario, server: FaultServer): Repeated {
  const {durationMs} = scenario;
  if (!stream.isTTY)
    return new Repeated(MINUTE_MS, () => {
      const counts = server.counts();
      if (counts.atMs !== null) stream.write(`steadfetch chaos: ${progressText(counts, durationMs, WIDTH - 18)}\n`);
    });
  const show = (): void => {
    const width = Math.min(WIDTH, stream.columns || WIDTH) - 1; // Some terminals begin a new line after the last column.
    stream.write(`\r\u001B[K${progressText(server.counts(), durationMs, width)}`);
  };
  return new Repeated(FRAME_MS, show, () => stream.write('\r\u001B[K'));
}

/** Work that is done now and then, until it ends. */
class Repeated extends Timer {
  readonly #everyMs: number;
  readonly #work: () => unknown;
  #atEnd: (() => unknown) | null;

  constructor(everyMs: number, work: () => unknown, atEnd: (() => unknown) | null = null) {
    super();
    this.#everyMs = everyMs;
    this.#work = work;
    this.#atEnd = atEnd;
    systemClock.arm(this, everyMs);
  }

  override fire(): void {
    systemClock.arm(this, this.#everyMs);
    this.#work();
  }

  end(): void {
    systemClock.disarm(this);
    this.#atEnd?.();
    this.#atEnd = null;
  }
}

/** How late the timers of this process are. */
class Lateness {
  readonly #delay = monitorEventLoopDelay({resolution: RESOLUTION_MS});

  constructor() {
    this.#delay.enable();
  }

  end(): LateMs {
    this.#delay.disable();
    const late = (ns: number): number => Math.max(0, Math.round(ns / 1e4) / 100 - RESOLUTION_MS);
    return {p99: late(this.#delay.percentile(99)), max: late(this.#delay.max)};
  }
}

/** The measured delays include it. */
const RESOLUTION_MS = 10;

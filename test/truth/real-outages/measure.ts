/**
 * Measures cells in real time, side by side: `steadfetch chaos` serves HTTP, a server of grpc-js serves gRPC, and client processes make the calls.
 * Cells share no policy, no guard and no connection.
 */
import {spawn} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {steadfetchProgram} from '../../support/programs.ts';
import {
  ADAPTERS,
  ALL_FAULTS,
  type Cell,
  DURATION_MS,
  FROM_MS,
  LEAD_MS,
  nameOf,
  POLICIES,
  SERVED,
  SIZES,
  type Size,
  TO_MS,
} from './cells.ts';
import {
  type Addresses,
  type ClientCell,
  type ClientRecords,
  type ClientTask,
  Forked,
  type ServerRecords,
  type ServiceAddresses,
  type Start,
} from './processes.ts';
import type {Programs} from './programs.ts';

/** What became of the calls of a cell. */
export interface Counts {
  readonly calls: number;
  readonly answered: number;
  /** Requests that were sent while the service was down. */
  readonly whileDown: number;
  /** Calls that began after the outage, and failed. */
  readonly lost: number;
  /** Requests in all. */
  readonly requests: number;
}

export interface RealCell extends Counts {
  readonly cell: Cell;
  /** Requests that the server received, and those of them in the outage. */
  readonly received: number;
  readonly receivedWhileDown: number;
  /** The longest pause of the server, or the mean of the longest pauses of the clients, whichever is longer; in ms. A client delays its own calls only. */
  readonly lateMs: number;
}

/** @param cells All of one size. */
export async function measure(programs: Programs, size: Size, cells: readonly Cell[]): Promise<RealCell[]> {
  const forked: Forked[] = [];
  const start = (program: 'client' | 'grpc-service'): Forked => {
    const each = Forked.start(programs.path(program), programs.env);
    forked.push(each);
    return each;
  };
  const kill = (): void => forked.forEach(({child}) => void child.kill('SIGKILL'));
  const tooLong = setTimeout(kill, LONGEST_MS);
  try {
    const chaos = new Chaos(programs);
    forked.push(chaos.forked);
    const service = start('grpc-service');
    const [http, {grpc, warmUp}] = await Promise.all([chaos.addresses(), service.next<ServiceAddresses>()]);
    const tasks = tasksOf(size, cells, {http, grpc, warmUp});
    const clients = await Promise.all(
      tasks.map(async task => {
        const client = start('client');
        client.send(task);
        await client.next<'ready'>();
        return client;
      }),
    );
    const {at: begunAt} = await chaos.begin();
    const at = begunAt + LEAD_MS;
    for (const each of [service, ...clients]) each.send({at} satisfies Start);
    const records = await Promise.all(clients.map(client => client.next<ClientRecords>()));
    service.send({});
    const servers = [await chaos.end(), await service.next<ServerRecords>()] as const;
    await Promise.all(forked.map(({ended}) => ended));
    return cells.map(cell => realCell(cell, at, records, servers));
  } finally {
    clearTimeout(tooLong);
    kill();
  }
}

/** The last call begins after 11 s and has 30 s; then the processes end, whatever they wait for. */
const LONGEST_MS = 120_000;

/** One process: one for each adapter. Twelve processes: each has a client of every cell. */
function tasksOf(
  size: Size,
  cells: readonly Cell[],
  {http, grpc, warmUp}: ServiceAddresses & {readonly http: Addresses},
): ClientTask[] {
  const clientCell = (cell: Cell): ClientCell => {
    const name = nameOf(cell);
    const {adapter, fault, policy} = cell;
    return {
      name,
      adapter,
      policy: POLICIES[policy],
      target: adapter === 'grpc' ? grpc[fault] : `${http[fault]}/${name}`,
      durationMs: DURATION_MS[fault],
    };
  };
  const warmed = (own: readonly Cell[]): ClientCell[] =>
    ADAPTERS.filter(adapter => own.some(cell => cell.adapter === adapter)).map(adapter => ({
      name: 'warm-up',
      adapter,
      policy: POLICIES.default,
      target: warmUp[adapter === 'grpc' ? 'grpc' : 'http'],
      durationMs: 0,
    }));
  const groups =
    size === 'one'
      ? ADAPTERS.map(adapter => ({client: 0, own: cells.filter(cell => cell.adapter === adapter)}))
      : Array.from({length: SIZES[size]}, (_, client) => ({client, own: cells}));
  return groups
    .filter(({own}) => own.length > 0)
    .map(({client, own}) => ({size, client, cells: own.map(clientCell), warmUp: warmed(own)}));
}

function realCell(
  cell: Cell,
  at: number,
  records: readonly ClientRecords[],
  servers: readonly [http: ServerRecords, grpc: ServerRecords],
): RealCell {
  const name = nameOf(cell);
  const server = servers[cell.adapter === 'grpc' ? 1 : 0]!;
  const own = records.filter(({byCell}) => name in byCell);
  const calls = own.flatMap(({byCell}) => byCell[name]!.calls);
  const sends = own.flatMap(({byCell}) => byCell[name]!.sends);
  const arrivals = server.byCell[name] ?? [];
  const isDown = (each: number): boolean => each >= at + FROM_MS && each < at + TO_MS;
  return {
    cell,
    calls: calls.length,
    answered: calls.filter(([, isAnswered]) => isAnswered).length,
    whileDown: sends.filter(isDown).length,
    lost: calls.filter(([began, isAnswered]) => began >= at + TO_MS && !isAnswered).length,
    requests: sends.length,
    received: arrivals.length,
    receivedWhileDown: arrivals.filter(isDown).length,
    lateMs: Math.max(server.lateMs, own.reduce((sum, {lateMs}) => sum + lateMs, 0) / own.length),
  };
}

/** `steadfetch chaos` with an endpoint for each outage. */
class Chaos {
  readonly forked: Forked;
  readonly #lines: AsyncIterator<string>;
  #url = '';

  constructor({folder, env}: Programs) {
    const file = join(folder, 'scenario.json');
    writeFileSync(file, JSON.stringify(SERVED));
    const recorder = new URL('record-arrivals.ts', import.meta.url).href;
    const node = ['--no-warnings', '--import', recorder];
    const child = spawn(process.execPath, [...node, steadfetchProgram, 'chaos', file, '--port', '0', '--json'], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env,
      serialization: 'advanced',
    });
    this.forked = new Forked(child);
    this.#lines = createInterface({input: child.stdout!})[Symbol.asyncIterator]();
  }

  async addresses(): Promise<Addresses> {
    const {url, endpoints} = (await this.#line()) as {url: string; endpoints: readonly {url: string}[]};
    this.#url = url;
    return Object.fromEntries(ALL_FAULTS.map((fault, index) => [fault, endpoints[index]!.url])) as Record<
      (typeof ALL_FAULTS)[number],
      string
    >;
  }

  /** @returns When the time of the scenario began. */
  async begin(): Promise<Start> {
    const begun = this.forked.next<Start>();
    await (await fetch(`${this.#url}/begin`)).text();
    return begun;
  }

  async end(): Promise<ServerRecords> {
    const byCell = this.forked.next<ServerRecords['byCell']>();
    this.forked.send({});
    await byCell;
    this.forked.child.kill('SIGINT');
    for (;;) {
      const {type, lateMs} = (await this.#line()) as {type: string; lateMs: {max: number}};
      if (type === 'summary') return {byCell: await byCell, lateMs: lateMs.max}; // Before it comes a line each minute.
    }
  }

  async #line(): Promise<unknown> {
    return JSON.parse((await this.#lines.next()).value as string);
  }
}

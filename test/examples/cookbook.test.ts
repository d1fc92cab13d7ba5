/** Each recipe of the cookbook does what its page says, against a server on this machine. */
import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {embedAll} from '../../examples/cookbook/batch.ts';
import {gentleFetch} from '../../examples/cookbook/concurrency.ts';
import {countedFetch, retriesByRoute} from '../../examples/cookbook/count-retries.ts';
import {soapFetch} from '../../examples/cookbook/error-in-200.ts';
import {readPrice} from '../../examples/cookbook/fallback.ts';
import {createClient as createTokenClient} from '../../examples/cookbook/fresh-token.ts';
import {readOrders} from '../../examples/cookbook/function.ts';
import * as health from '../../examples/cookbook/health.ts';
import {quickFetch} from '../../examples/cookbook/hedge.ts';
import {createApi} from '../../examples/cookbook/ky-client.ts';
import {createLoggedFetch} from '../../examples/cookbook/log.ts';
import {isUp} from '../../examples/cookbook/one-call-differs.ts';
import {createClient as createFileClient} from '../../examples/cookbook/policy-file.ts';
import {order} from '../../examples/cookbook/post-with-key.ts';
import {searchFetch} from '../../examples/cookbook/repeatable-post.ts';
import {readReport} from '../../examples/cookbook/retry-later.ts';
import {shop, shopApi, shopFetch} from '../../examples/cookbook/shared-guards.ts';
import {readChunks} from '../../examples/cookbook/stream.ts';
import * as switchOff from '../../examples/cookbook/switch-off.ts';
import {readItem} from '../../examples/cookbook/undici-client.ts';
import {chapters, cookbookPage} from '../../scripts/cookbook.ts';
import {type ScriptServer, type Step, scriptServer} from './script-server.ts';

const folder = new URL('../../examples/cookbook/', import.meta.url);

describe('docs/cookbook.md', () => {
  it('is fresh', async () => {
    expect(await readFile(new URL('../../docs/cookbook.md', import.meta.url), 'utf8')).to.equal(cookbookPage());
  });

  it('has each recipe once', async () => {
    const files = (await readdir(folder)).map(name => name.replace(/\.ts$/, ''));
    expect(Object.values(chapters).flat().sort()).to.deep.equal(files.sort());
  });
});

describe('recipe', () => {
  const temporary: string[] = [];
  const temporaryFolder = async (): Promise<string> => {
    temporary.push(await mkdtemp(join(tmpdir(), 'steadfetch-cookbook-')));
    return temporary.at(-1)!;
  };
  after(() => Promise.all(temporary.map(path => rm(path, {recursive: true}))));

  const servers: ScriptServer[] = [];
  const serve = async (...script: readonly Step[]): Promise<ScriptServer> => {
    const server = await scriptServer(...script);
    servers.push(server);
    return server;
  };
  afterEach(() => Promise.all(servers.splice(0).map(server => server.close())));

  it('ky-client retries a GET', async () => {
    const server = await serve(503, 200);
    expect(await createApi(server.url).get('items/1').json()).to.deep.equal({ok: true});
    expect(server.requests.map(({url}) => url)).to.deep.equal(['/items/1', '/items/1']);
  });

  it('undici-client retries a GET', async () => {
    const server = await serve(503, 200);
    expect(await readItem(server.url)).to.deep.equal({ok: true});
    expect(server.requests).to.have.length(2);
  });

  it('function runs a query again after a refused connection', async () => {
    let runs = 0;
    const rows = await readOrders({
      async query() {
        if (++runs === 1) throw Object.assign(new Error('connect ECONNREFUSED'), {code: 'ECONNREFUSED'});
        return ['order'];
      },
    });
    expect([rows, runs]).to.deep.equal([['order'], 2]);
  });

  it('policy-file obeys the file', async () => {
    const server = await serve(503);
    const file = join(await temporaryFolder(), 'policy.yaml');
    await writeFile(file, 'name: shop\nmaxAttempts: 2\nbackoff: {baseMs: 1}\n');
    expect((await (await createFileClient(file))(server.url)).status).to.equal(503);
    expect(server.requests).to.have.length(2);
  });

  it('one-call-differs sends once', async () => {
    const server = await serve(503);
    expect(await isUp(server.url)).to.equal(false);
    expect(server.requests).to.have.length(1);
  });

  it('shared-guards has one budget for both clients', async () => {
    const server = await serve(503);
    await shopFetch(server.url);
    await shopApi.get(server.url, {throwHttpErrors: false});
    const [origin] = shop.snapshot().origins;
    expect(server.requests).to.have.length(6);
    expect(origin!.budgets.map(({remaining}) => Math.round(remaining * 100))).to.deep.equal([100 - 4 * 14]);
  });

  it('post-with-key sends one key on each attempt', async () => {
    const server = await serve(503, 200);
    expect((await order(server.url, 7)).status).to.equal(200);
    const keys = server.requests.map(({headers}) => headers['idempotency-key']);
    expect(keys[0]).to.be.a('string');
    expect(keys).to.deep.equal([keys[0], keys[0]]);
  });

  it('repeatable-post retries the search and no other POST', async () => {
    const server = await serve(503);
    await searchFetch(`${server.url}search`, {method: 'POST', body: 'q'});
    expect(server.requests).to.have.length(3);
    await searchFetch(`${server.url}orders`, {method: 'POST', body: 'q'});
    expect(server.requests).to.have.length(4);
  });

  it('error-in-200 retries a busy answer', async () => {
    const server = await serve(response => response.end('<busy/>'), 200);
    expect(await (await soapFetch(server.url)).text()).to.equal('{"ok":true}');
  });

  it('fresh-token asks for a new token after a 401', async () => {
    const server = await serve(401, 200);
    let made = 0;
    const client = createTokenClient(async () => `token-${++made}`);
    expect((await client(server.url)).status).to.equal(200);
    expect(server.requests.map(({headers}) => headers.authorization)).to.deep.equal([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('retry-later returns the hint of the server', async () => {
    const server = await serve(response => response.writeHead(429, {'retry-after': '120'}).end());
    expect(await readReport(server.url)).to.deep.equal({againInMs: 120_000});
    expect(server.requests).to.have.length(1);
  });

  it('concurrency sends two at a time', async () => {
    let inFlight = 0;
    let most = 0;
    const server = await serve(response => {
      most = Math.max(most, ++inFlight);
      setTimeout(() => {
        inFlight--;
        response.end();
      }, 10);
    });
    await Promise.all(Array.from({length: 6}, async () => (await gentleFetch(server.url)).text()));
    expect([server.requests.length, most]).to.deep.equal([6, 2]);
  });

  it('hedge takes the second answer when the first is slow', async () => {
    const server = await serve(
      () => {}, // The first request is never answered.
      200,
    );
    expect((await quickFetch(server.url)).status).to.equal(200);
    expect(server.requests).to.have.length(2);
  });

  it('stream gives the chunks', async () => {
    const server = await serve(response => {
      response.write('one ');
      setTimeout(() => response.end('two'), 10);
    });
    let text = '';
    for await (const chunk of readChunks(server.url)) text += chunk;
    expect(text).to.equal('one two');
  });

  it('batch sends only what has no answer when it is run again', async () => {
    const server = await serve(200);
    const journal = join(await temporaryFolder(), 'embeddings.journal');
    const first = await embedAll(['a', 'b'], server.url, journal);
    const second = await embedAll(['a', 'b', 'c'], server.url, journal);
    expect([first.succeeded, second.succeeded, second.resumed]).to.deep.equal([2, 3, 2]);
    expect(server.requests.map(({body}) => body).sort()).to.deep.equal([
      '{"input":"a"}',
      '{"input":"b"}',
      '{"input":"c"}',
    ]);
  });

  it('fallback answers from the cache', async () => {
    const server = await serve(200, 503);
    expect(await readPrice(server.url)).to.deep.equal({ok: true});
    expect(await readPrice(server.url)).to.deep.equal({ok: true});
    expect(server.requests.length).to.be.above(1);
  });

  it('log writes a line for each attempt', async () => {
    const server = await serve(503, 200);
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    await createLoggedFetch({info: write, warn: write})(server.url);
    expect(lines).to.have.length(2);
    expect(lines[0]).to.match(/attempt 1 {2}503 .*again in/);
  });

  it('count-retries counts the retries of a policy', async () => {
    const server = await serve(503, 503, 200);
    await countedFetch(server.url);
    expect([...retriesByRoute]).to.deep.equal([['shop', 2]]);
  });

  it('health names the origin whose breaker is open', async () => {
    const server = await serve(503);
    expect(health.originsDown()).to.deep.equal([]);
    // Eight failures in a row open the breaker.
    for (let call = 0; call < 3; call++) await health.shopFetch(server.url);
    expect(health.originsDown()).to.deep.equal([new URL(server.url).origin]);
  });

  it('switch-off sends once, until retries are switched on again', async () => {
    const server = await serve(503);
    switchOff.setRetries(false);
    await switchOff.shopFetch(server.url);
    expect(server.requests).to.have.length(1);
    switchOff.setRetries(true);
    await switchOff.shopFetch(server.url);
    expect(server.requests).to.have.length(4);
  });
});

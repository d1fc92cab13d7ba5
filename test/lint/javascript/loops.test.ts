/** Loops that are written by hand: which are retries, how often they go round, and what they wait. */
import {expect} from 'chai';
import {codesIn, findingsIn} from './programs.ts';

const sleep = 'const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));\n';
const tested = 'if (!isTransient(error)) throw error;';

/** A loop around a request, with what its `catch` does. */
const loop = (handler: string, head = 'for (let attempt = 0; attempt < 4; attempt++)'): string =>
  `${sleep}async function load(url, retries, {delay = 100} = {}) {\n${head} {\ntry { return await fetch(url).then(parse); } catch (error) { ${handler} }\n}\nthrow new Error('failed');\n}`;

describe('JavaScript: the waits of a loop', () => {
  const waits = (handler: string, head?: string): string | undefined =>
    /the waits? of (.*?) (?:are|is) equal/.exec(
      findingsIn(loop(`${tested} ${handler}`, head)).find(({code}) => code === 'RL203')?.message ?? '',
    )?.[1];

  it('are those of its sleep', () => {
    expect(waits('await sleep(500);')).to.equal('500, 500 and 500 ms');
    expect(waits('await sleep(100 * 2 ** attempt);')).to.equal('100, 200 and 400 ms');
    expect(waits('await sleep(Math.min(1000 * (attempt + 1), 2000));')).to.equal('1000, 2000 and 2000 ms');
    expect(waits('await new Promise(done => setTimeout(done, 250));')).to.equal('250, 250 and 250 ms');
    expect(waits('await sleep([100, 300, 900][attempt]);')).to.equal('100, 300 and 900 ms');
    expect(waits('await sleep(delay);')).to.equal('100, 100 and 100 ms');
    expect(waits('await sleep(delay); delay *= 3;')).to.equal('100, 300 and 900 ms');
  });

  it('are those of a function of the file', () => {
    const text = `const backoffOf = n => { const base = 50; return base * 2 ** n; };\n${loop(`${tested} await sleep(backoffOf(attempt));`)}`;
    expect(findingsIn(text).find(({code}) => code === 'RL203')?.message).to.contain('50, 100 and 200 ms');
  });

  it('are in the unit of the function that sleeps', () => {
    const text = loop(`${tested} await pause(2);`).replace(
      'async',
      'const pause = seconds => new Promise(r => setTimeout(r, seconds * 1000));\nasync',
    );
    expect(findingsIn(text).find(({code}) => code === 'RL203')?.message).to.contain('2000, 2000 and 2000 ms');
  });

  it('have jitter where a part is random, and enough of it', () => {
    expect(waits('await sleep(Math.random() * 1000);')).to.equal(undefined);
    expect(waits('await sleep(1000 * 2 ** attempt * (0.5 + Math.random()));')).to.equal(undefined);
    expect(waits('await sleep(1000 + Math.random());')).to.equal(undefined);
  });

  it('are not known where the file does not say them', () => {
    for (const handler of [
      'await sleep(delayOf(attempt));',
      'await backoff();',
      'await sleep(error.retryAfter);',
      'await sleep(config.delay);',
      'await limiter.schedule();',
    ])
      expect(codesIn(loop(`${tested} ${handler}`)), handler).to.deep.equal([]);
  });

  it('are none, where nothing waits and the request is known to go over the network', () => {
    expect(codesIn(loop(tested))).to.deep.equal(['RL204']);
    expect(codesIn(loop(`${tested} log(error);`))).to.deep.equal(['RL204']);
    // Something else may wait.
    expect(codesIn(loop(`${tested} await onRetry(error);`.replace('onRetry', 'reconnect')))).to.deep.equal([]);
  });
});

describe('JavaScript: the attempts of a loop', () => {
  const jitter = 'await sleep(Math.random() * 1000);';
  const attempts = (head: string, handler = ''): string[] => codesIn(loop(`${tested} ${handler} ${jitter}`, head));

  it('are counted', () => {
    expect(attempts('for (let i = 0; i < 30; i++)')).to.deep.equal(['RL201']);
    expect(attempts('for (let i = 0; i < 5; i++)')).to.deep.equal([]);
    expect(codesIn(loop(jitter, 'while (true)'))).to.deep.equal(['RL103', 'RL201']);
    // The test of the error may end it.
    expect(attempts('while (true)')).to.deep.equal([]);
    expect(attempts('for (;;)', 'if (++delay > 140) throw error;')).to.deep.equal(['RL201']);
    expect(attempts('for (;;)', 'if (++delay > 102) throw error;')).to.deep.equal([]);
    expect(attempts('for (const wait of [1, 2, 3, 4, 5, 6, 7, 8])')).to.deep.equal(['RL201']);
    const last = `let attempt = 0; do { try { return await fetch(url).then(parse); } catch (error) { ${tested} ${jitter} } } while (++attempt < 9);`;
    expect(codesIn(`${sleep}async function load(url) { ${last} throw new Error('failed'); }`)).to.deep.equal(['RL201']);
  });

  it('are not known where a parameter, or a time, ends them', () => {
    expect(attempts('for (let i = 0; i < retries; i++)')).to.deep.equal([]);
    expect(attempts('while (true)', 'if (i >= retries) throw error;')).to.deep.equal([]);
    expect(attempts('while (Date.now() < until)')).to.deep.equal([]);
    expect(attempts('while (!signal.aborted)')).to.deep.equal([]);
  });
});

describe('JavaScript: the errors of a loop', () => {
  const jitter = 'await sleep(Math.random() * 1000);';
  const isEvery = (handler: string, text = loop(`${handler} ${jitter}`)): boolean => codesIn(text).includes('RL103');

  it('are every one where none is looked at', () => {
    expect(isEvery('')).to.equal(true);
    expect(isEvery('console.warn(error.message);')).to.equal(true);
    expect(isEvery('if (attempt === 3) throw error;')).to.equal(true);
    expect(isEvery('if (attempt >= retries - 1) { throw new Error("gave up", {cause: error}); }')).to.equal(true);
  });

  it('are not, where one is', () => {
    for (const handler of [
      tested,
      'if (error.status === 404) return null;',
      'if (!(error instanceof TypeError)) throw error;',
      'switch (error.code) { case 1: throw error; }',
      'assertTransient(error);',
      'if (error.name === "AbortError") break;',
    ])
      expect(isEvery(handler), handler).to.equal(false);
  });

  it('are those of the network, where only fetch is tried', () => {
    const text = loop(jitter).replace('.then(parse)', '');
    expect(codesIn(text)).to.deep.equal([]);
  });
});

describe('JavaScript: loops that are no retries', () => {
  const others: Readonly<Record<string, string>> = {
    'a poll': `async function status(id) { for (let attempt = 0; attempt < 99; attempt++) { const r = await fetch(id); if (r.state === 'done') return r; await sleep(1000); } }`,
    'a worker': `async function worker() { while (true) { try { await fetch('/jobs'); } catch (error) { log(error); } await sleep(1000); } }`,
    pages: `async function all() { let page = 1; while (true) { try { const r = await fetch('/?page=' + page); if (r.last) return; page++; } catch (error) { await sleep(1000); } } }`,
    things: `async function all(urls) { for (let i = 0; i < urls.length; i++) { try { return await fetch(urls[i]); } catch (error) { await sleep(100); } } }`,
    'each of a list': `async function any(mirrors) { for (const mirror of mirrors) { try { return await fetch(mirror); } catch (error) { await sleep(100); } } }`,
    'a stream': `async function read(stream) { for await (const attempt of stream) { try { return await fetch(attempt); } catch { await sleep(100); } } }`,
    'a data base': `async function save(db) { for (let attempt = 0; attempt < 5; attempt++) { try { return await db.query('x'); } catch (error) { await sleep(100); } } }`,
    'a file': `async function read() { for (let attempt = 0; attempt < 5; attempt++) { try { return await fs.readFile('x'); } catch (error) { await sleep(100); } } }`,
    'a server that starts': `async function waitForServer() { for (let attempt = 0; attempt < 50; attempt++) { try { return await fetch('/'); } catch { await sleep(100); } } }`,
    'a loop that throws': `async function load(url) { for (let attempt = 0; attempt < 5; attempt++) { try { return await fetch(url); } catch (error) { throw error; } } }`,
    'other functions': `function load(items) { for (let i = 0; i < 5; i++) { try { return items.map(x => fetch(x)); } catch (error) { i++; } } }`,
  };

  for (const [name, text] of Object.entries(others))
    it(name, () => {
      expect(findingsIn(text)).to.deep.equal([]);
    });
});

describe('JavaScript: a failure that a loop drops', () => {
  const drops = (
    behind: string,
    more: {readonly returned?: string; readonly type?: string; readonly handler?: string; readonly head?: string} = {},
  ): boolean => {
    const {returned = 'await fetch(url).then(parse)', type = '', handler = ''} = more;
    const {head = 'for (let attempt = 0; attempt < 3; attempt++)'} = more;
    const text = `${sleep}async function load(url)${type} { ${head} { try { return ${returned}; } catch (error) { ${handler} await sleep(Math.random() * 9); } } ${behind} }`;
    return codesIn(text).includes('RL502');
  };

  it('is found where nothing follows, or an empty result', () => {
    expect(drops('')).to.equal(true);
    expect(drops('return null;')).to.equal(true);
    expect(drops('console.error("gave up"); return undefined;')).to.equal(true);
    expect(drops('return [];')).to.equal(true);
  });

  it('is none where the caller is told', () => {
    expect(drops('throw new Error("failed");')).to.equal(false);
    expect(drops('return fallback;')).to.equal(false);
    expect(drops('return null;', {type: ': Promise<Item | null>'})).to.equal(false);
    expect(drops('', {handler: 'if (attempt === 2) throw error;'})).to.equal(false);
    expect(drops('', {returned: 'true'})).to.equal(false);
  });

  it('is none where the loop never runs out', () => {
    for (const head of ['for (;;)', 'for (let attempt = 0; ; attempt++)', 'while (true)'])
      expect(drops('return null;', {head}), head).to.equal(false);
  });
});

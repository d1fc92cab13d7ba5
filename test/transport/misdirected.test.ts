import {expect} from 'chai';
import {resentByFetch} from '../../src/transport/misdirected.ts';

/** Runs as if in another runtime. */
function within<T>(globals: Readonly<Record<string, unknown>>, run: () => T): T {
  const names = Object.keys(globals);
  const before = names.map(name => Object.getOwnPropertyDescriptor(globalThis, name));
  for (const name of names) Object.defineProperty(globalThis, name, {value: globals[name], configurable: true});
  try {
    return run();
  } finally {
    for (const [index, name] of names.entries()) {
      const own = before[index];
      if (own === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, own);
    }
  }
}

const answer = (change: object = {}, status = 421): Parameters<typeof resentByFetch>[0] =>
  ({status, response: {url: 'https://a.test/', body: null, ...change}}) as never;

describe('a 421 was sent twice by fetch', () => {
  const undici = {process: {versions: {undici: '7.0.0'}}};
  for (const [where, globals, expected] of [
    ['Node', undici, true],
    ['a browser', {process: undefined}, false],
    ['a bundle for browsers, which has a process', {process: {}}, false],
    ['Bun', {...undici, Bun: {}}, false],
    ['Deno', {...undici, Deno: {}}, false],
  ] as const)
    it(`${expected ? 'yes' : 'no'} in ${where}`, () =>
      expect(within(globals, () => resentByFetch(answer()))).to.equal(expected));

  it('no where it was answered with another status, made by a test double, or streamed by node-fetch', () => {
    expect(resentByFetch(answer({}, 503))).to.equal(false);
    expect(resentByFetch(answer({url: ''}))).to.equal(false);
    expect(resentByFetch(answer({body: {pipe: () => {}}}))).to.equal(false);
    expect(resentByFetch(answer({body: {}}))).to.equal(true);
  });
});

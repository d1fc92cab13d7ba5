/** Ids and keys from outside end up in headers, spans and logs: none of them may say more than one value. */
import {expect} from 'chai';
import {createFetch, InvalidPolicyError, reportOf} from '../../src/core.ts';
import {ITEMS, thrown, virtually} from '../call/world.ts';

const EVIL: Record<string, string> = {
  'a line break': 'a\r\nx-evil: 1',
  'a line feed': 'a\nx-evil: 1',
  'a carriage return': 'a\rb',
  NUL: 'a\0b',
  'a delete': 'a\x7fb',
  'a letter outside Latin-1': 'a\u0141b',
  'a line separator': 'a\u2028b',
  'half a character': 'a\ud800b',
  'a quote': 'a"b',
  'much of it': 'a'.repeat(100_000),
};

describe('headers made of hostile text', () => {
  for (const [what, text] of Object.entries(EVIL)) {
    for (const field of ['idempotencyKey', 'correlationId'] as const)
      virtually(`${what} as ${field} is refused before anything is sent`, async make => {
        const world = make();
        const error = await thrown(world.fetch(ITEMS, {method: 'POST', resilience: {[field]: text}}));
        expect(error).to.be.instanceOf(InvalidPolicyError).and.to.include({code: 'INVALID_OVERRIDES'});
        expect((error as Error).message.length, 'length of the message').to.be.below(500);
        expect(world.sends).to.equal(0);
      });

    virtually(`${what} in the caller's correlation header never becomes the call's id`, async make => {
      const world = make();
      await world.run(ITEMS, {headers: {'x-correlation-id': text}});
      for (const id of world.header('x-correlation-id')) expect(id).to.match(/^[A-Za-z0-9._:-]{1,128}$/);
      for (const header of world.header('x-evil')) expect(header).to.equal(null);
    });

    virtually(`${what} from the ids port adds no header`, async make => {
      const ids = {correlationId: () => text, requestId: () => text, idempotencyKey: () => text};
      const world = make({idempotency: {}, correlation: {requestIdHeader: 'x-request-id'}}, {ids});
      const said = await world.run(ITEMS, {method: 'POST'});
      for (const header of world.header('x-evil')) expect(header).to.equal(null);
      if (world.sends === 0) expect(said).to.match(/^TypeError/);
    });
  }

  for (const name of ['x evil', 'x\r\nevil', '', 'x:evil', '__proto__ ', 'x\u0141'])
    it(`${JSON.stringify(name)} is no name for a header of ours`, () => {
      for (const policy of [
        {correlation: {header: name}},
        {correlation: {requestIdHeader: name}},
        {idempotency: {header: name}},
        {deadlineHeader: name},
      ])
        expect(() => createFetch(policy)).to.throw(InvalidPolicyError);
    });

  virtually('__proto__ as a header name reaches no prototype', async make => {
    const world = make();
    expect(await world.run(ITEMS, {headers: JSON.parse('{"__proto__": "x"}') as Record<string, string>})).to.equal(
      '200',
    );
    expect(({} as {x?: unknown}).x).to.equal(undefined);
  });

  for (const value of [
    'NaN',
    'Infinity',
    '-1',
    '-Infinity',
    '9007199254740993',
    '1e308',
    `${'9'.repeat(400)}`,
    '0x10',
    '١',
  ])
    for (const header of ['retry-after', 'retry-after-ms', 'x-ratelimit-reset', 'ratelimit-reset'])
      virtually(`${header}: ${value.slice(0, 20)} is a wait that ends, or none`, async make => {
        const world = make({deadlineMs: 120_000});
        world.serve(() => new Response(null, {status: 429, headers: new Headers([[header, encoded(value)]])}));
        const response = await world.clock.run(() => world.fetch(ITEMS));
        const report = reportOf(response)!;
        expect(Number.isFinite(report.waitedMs)).to.equal(true);
        expect(report.waitedMs).to.be.within(0, 120_000);
        if (report.retryAfterMs !== undefined) expect(Number.isFinite(report.retryAfterMs)).to.equal(true);
      });
});

/** As bytes: a header holds no other. */
const encoded = (text: string): string => Buffer.from(text).toString('latin1');

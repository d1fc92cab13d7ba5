import {expect} from 'chai';
import {plain, shownTarget, targetGroup} from '../../src/triage/target.ts';

const shown = (target: string): string => shownTarget(target, new Set());

describe('the target of a failed request, as it is shown', () => {
  for (const segment of [
    'w'.repeat(19),
    'a1'.repeat(5),
    'orders',
    'Orders1',
    'v1.2.3',
    `${'ab-'.repeat(20)}abcd`,
    '12345678',
    '6894a57f',
    'skim',
    'sk-live',
    'keyboard',
    '123456789012',
    'sk_live',
    'lib@1.2.3',
    '@scope',
  ])
    it(`keeps a part of the path: ${segment}`, () => expect(shown(`/a/${segment}/b`)).to.equal(`/a/${segment}/b`));

  for (const segment of [
    'w'.repeat(20),
    'a1'.repeat(6),
    'Orders12',
    `${'ab-'.repeat(20)}abcde`,
    '8e03978e-40d5-43e8-bc93-6894a57f9324',
    // The groups of an identifier may have digits only.
    '68941573-4025-4398-8093-689415739324',
    'sk-live1',
    'sk_live_abcdef',
    'rk_test_abcdef',
    'whsec_abcdef',
    '4111111111111',
    '4111111111111111',
    '4111-1111-1111-1111',
    '4111%201111%201111%201111',
    'ann@shop.test',
    'ann%40shop.test',
    'pk_1',
    'rk1',
    'ghp_a1',
    'gho_a1',
    'xoxa-1',
    'xoxb-1',
    'xoxp-1',
    'eyJ0',
    'AKIA1',
    'bearer:1',
    'token.a1',
    'secret-1',
    'key1',
  ])
    it(`hides a part of the path: ${segment}`, () => expect(shown(`/a/${segment}/b`)).to.equal('/a/*/b'));

  it('hides what is in a URL, too, but not its host, and the values of its query', () => {
    expect(shown('https://sk-live1.test/sk-live1?a=b')).to.equal('https://sk-live1.test/*?a=REDACTED');
    expect(shown('https://a.test')).to.equal('https://a.test');
  });

  it('has 200 characters at the most, and all of them printable', () => {
    expect(plain('a'.repeat(201))).to.equal('a'.repeat(200));
    expect(plain(' ~\u001F\u007Fé😀\n')).to.equal(' ~?????');
  });
});

describe('the group of a target', () => {
  for (const [target, group] of [
    ['/orders/17', '/orders/*'],
    ['/orders/a17/items', '/orders/*/items'],
    ['/v1/orders', '/v1/orders'],
    ['/v12', '/v12'],
    ['/v1a', '/*'],
    ['/orders/17?page=2', '/orders/*'],
    ['https://a1.test/b', 'https://a1.test/b'],
    ['/models/gpt-4:run', '/models/gpt-4:run'],
  ] as const)
    it(`of ${target} is ${group}`, () => expect(targetGroup(target)).to.equal(group));
});

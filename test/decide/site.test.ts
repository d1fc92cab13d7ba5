import {expect} from 'chai';
import {siteOf} from '../../src/decide/site.ts';

describe('the site of an origin', () => {
  for (const [origin, expected] of [
    ['https://eu.api.example.com', 'https://example.com'],
    ['https://us.api.example.com:8443', 'https://example.com'],
    ['http://us.api.example.com', 'http://example.com'],
    ['https://eu.example.co.uk', 'https://example.co.uk'],
    ['https://example.com.', 'https://example.com'],
    ['https://co.uk', 'https://co.uk'],
    ['http://10.0.4.7:8080', 'http://10.0.4.7'],
    ['http://[::1]:8080', 'http://[::1]'],
    ['http://ledger-a', 'http://ledger-a'],
    ['http://ledger-a.prod.svc.cluster.local', 'http://cluster.local'],
  ] as const)
    it(`${origin} is of ${expected}`, () => expect(siteOf(origin)).to.equal(expected));
});

import {expect} from 'chai';
import {siteOf} from '../../src/decide/site.ts';

describe('the site of an origin', () => {
  for (const [origin, expected] of [
    ['https://eu.api.example.com', 'https://example.com'],
    ['https://us.api.example.com:8443', 'https://example.com'],
    ['http://us.api.example.com', 'http://example.com'],
    ['https://eu.example.co.uk', 'https://example.co.uk'],
    ['https://eu.impots.gouv.fr', 'https://impots.gouv.fr'],
    ['https://eu.example.gv.at', 'https://example.gv.at'],
    ['https://eu.example.ltd.uk', 'https://example.ltd.uk'],
    ['https://eu.example.id.au', 'https://example.id.au'],
    ['https://eu.example.waw.pl', 'https://example.waw.pl'],
    ['https://eu.example.io', 'https://example.io'],
    // A limit that the guide states: the registrant has one label more.
    ['https://eu.health.nsw.gov.au', 'https://nsw.gov.au'],
    ['https://example.com.', 'https://example.com'],
    ['https://co.uk', 'https://co.uk'],
    ['http://10.0.4.7:8080', 'http://10.0.4.7'],
    ['http://[::1]:8080', 'http://[::1]'],
    ['http://ledger-a', 'http://ledger-a'],
    ['http://ledger-a.prod.svc.cluster.local', 'http://cluster.local'],
  ] as const)
    it(`${origin} is of ${expected}`, () => expect(siteOf(origin)).to.equal(expected));
});

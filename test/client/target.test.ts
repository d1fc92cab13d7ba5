/** Where ids may be sent, by where the program runs: pages and workers have an origin of their own, Node has none. */
import {expect} from 'chai';

type Target = typeof import('../../src/client/target.ts');

const SELF = 'https://page.test';
const OTHER = 'https://api.test';

const PLACES: Record<string, object> = {
  node: {},
  'a page': {document: {}, location: {origin: SELF}},
  'a worker': {WorkerGlobalScope: class {}, location: {origin: SELF}},
  'a page of no origin': {document: {}, location: {origin: 'null'}},
  'a page without a location': {document: {}},
  'a worker without a location': {WorkerGlobalScope: class {}},
  // Deno has a `location` if a flag sets it, but no page.
  'a location alone': {location: {origin: SELF}},
};
const PAGES = ['a page', 'a worker'];

describe('the origin of the page', () => {
  for (const [place, globals] of Object.entries(PLACES)) {
    describe(place, () => {
      let target: Target;
      before(async () => {
        const names = Object.keys(globals);
        const before = names.map(name => Object.getOwnPropertyDescriptor(globalThis, name));
        for (const [name, value] of Object.entries(globals))
          Object.defineProperty(globalThis, name, {value, configurable: true});
        try {
          // Read once, while the module loads.
          target = (await import(`../../src/client/target.ts?${encodeURIComponent(place)}`)) as Target;
        } finally {
          for (const [index, name] of names.entries()) {
            const own = before[index];
            if (own === undefined) delete (globalThis as Record<string, unknown>)[name];
            else Object.defineProperty(globalThis, name, own);
          }
        }
      });

      const isPage = PAGES.includes(place);
      it(isPage ? 'is known, and ids stay with it' : 'is none, and ids go to all', () => {
        expect(target.pageOrigin).to.equal(isPage ? SELF : undefined);
        expect(target.mayCarryIds(SELF, null)).to.equal(true);
        expect(target.mayCarryIds(OTHER, null)).to.equal(!isPage);
      });

      it('is overridden by the policy', () => {
        expect(target.mayCarryIds(OTHER, 'all')).to.equal(true);
        expect(target.mayCarryIds(OTHER, [OTHER])).to.equal(true);
        expect(target.mayCarryIds(SELF, [OTHER])).to.equal(false);
        expect(target.mayCarryIds(SELF, 'same-origin')).to.equal(isPage);
        expect(target.mayCarryIds('', 'same-origin')).to.equal(false);
      });

      it('is the origin of a relative URL', () => {
        expect(target.targetOf('/users?page=1')).to.deep.equal(
          isPage ? {origin: SELF, pathname: '/users'} : {origin: null, pathname: ''},
        );
      });
    });
  }
});

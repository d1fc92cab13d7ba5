/** The simulations in docs/guides/failover.md are what their commands print, with the files of the page. UPDATE_DOCS=1 writes them. */
import {PrintingPage} from './printed.ts';

describe('the guide to failover', () => {
  // unasserted: check() compares the page with what is printed.
  it('shows what its commands print', () => new PrintingPage('failover.md').check());
});

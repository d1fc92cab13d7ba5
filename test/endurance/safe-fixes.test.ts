/** Two thousand policies before and after their safe fixes, where `npm test` tries some: the same properties, by the same seeds; a seventh of them each day. */
import {tryInTurn} from '../support/turns.ts';

tryInTurn(2000);
await import('../lint/safe-fixes.test.ts');

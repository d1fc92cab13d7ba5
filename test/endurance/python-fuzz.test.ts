/** Ten thousand broken Python files, where `npm test` tries some: the same properties, by the same seeds; a seventh of them each day. */
import {tryInTurn} from '../support/turns.ts';

tryInTurn(10_000);
await import('../lint/python/fuzz.test.ts');

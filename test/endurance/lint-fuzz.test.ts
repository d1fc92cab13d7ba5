/** Ten thousand broken policies, where `npm test` tries some hundreds: the same properties, by the same seeds; a seventh of them each day. */
import {tryInTurn} from '../support/turns.ts';

tryInTurn(10_000);
await import('../lint/fuzz.test.ts');

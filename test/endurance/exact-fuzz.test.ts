/** Ten thousand broken files of proxies, workflows and gRPC, where `npm test` tries some: the same properties, by the same seeds; a seventh of them each day. */
import {tryInTurn} from '../support/turns.ts';

tryInTurn(10_000);
await import('../lint/exact/fuzz.test.ts');

/** Two thousand broken configurations of LiteLLM, where `npm test` tries some: the same properties, by the same seeds; a seventh of them each day. */
import {tryInTurn} from '../support/turns.ts';

tryInTurn(2000);
await import('../lint/litellm-fuzz.test.ts');

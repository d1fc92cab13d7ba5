/** The random numbers of a user's function. Apart from random.ts, which programs without the engine load. */
import {caught, complaintOf} from './complaint.ts';
import {type Random, systemRandom} from './random.ts';

const complain = complaintOf('random() threw');

/** Random numbers of the function of a user. Where it returns no number, such as a promise, those of the runtime. */
export function randomOf(random: Random = systemRandom): Random {
  return () => {
    const number: unknown = random();
    if (typeof number === 'number') return number;
    caught(() => number, undefined, complain);
    return systemRandom();
  };
}

/** Simulates in a worker. Loaded at the first simulation: the charts are large. */
import type {SimulateJob, SimulateResult} from './protocol.ts';
import {serve} from './serve.ts';
import {simulated} from './simulated.ts';

serve<SimulateJob, SimulateResult>(job => simulated(job));

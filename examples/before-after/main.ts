/** `npm start`: ends by itself, and exits with 1 when the promise of its last line is not kept. */
import {runDemo} from './demo.ts';
import {coloured, plain} from './paint.ts';
import {steadfetch} from './steadfetch.ts';

// Ends a demonstration that hangs. Ten times its usual time, for a busy machine.
setTimeout(() => {
  console.error('Not done after 120 s; stopped.');
  process.exit(1);
}, 120_000).unref();

const kept = await runDemo({
  steadfetch,
  // About a quarter of the calls meet a fault. At this rate the default retry budget bears that; at twice the rate it
  // would rightly begin to refuse.
  seed: 3,
  calls: 400,
  perSecond: 30,
  traceFile: 'steadfetch-trace.otlp.json',
  write: text => void process.stdout.write(text),
  width: Math.min(process.stdout.columns ?? 80, 100),
  isTerminal: process.stdout.isTTY === true,
  paint: process.stdout.isTTY === true && process.stdout.hasColors() ? coloured : plain,
});
process.exitCode = kept ? 0 : 1;

/** `npm start`: ends by itself, and exits with 1 when the promise of its last line is not kept. */
import {runDemo} from './demo.ts';
import {steadfetch} from './steadfetch.ts';

// Whatever goes wrong, a demonstration that hangs is worse.
setTimeout(() => {
  console.error('Not done after 45 s; stopped.');
  process.exit(1);
}, 45_000).unref();

const kept = await runDemo({
  steadfetch,
  // About a quarter of the calls meet a fault. At this rate the default retry budget bears that; at twice the rate it
  // would rightly begin to refuse.
  seed: 3,
  calls: 400,
  perSecond: 45,
  traceFile: 'steadfetch-trace.otlp.json',
  print: text => console.log(text),
  width: process.stdout.columns ?? 100,
  color: process.stdout.isTTY === true && !process.env.NO_COLOR,
});
process.exitCode = kept ? 0 : 1;

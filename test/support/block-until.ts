/** Blocks the thread until that time of `performance.now()`, and leaves the processor to others. */
export function blockUntil(time: number): void {
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let now = performance.now(); now < time; now = performance.now()) Atomics.wait(never, 0, 0, time - now);
}

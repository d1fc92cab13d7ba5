/** The rejections that nothing handles while something runs: each of them would end the process. */
export async function unhandledOf(run: () => Promise<unknown>): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const keep = (reason: unknown): void => void unhandled.push(reason);
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', keep);
  try {
    await run();
    await new Promise(resolve => setImmediate(resolve)); // Node reports unhandled rejections before it.
  } finally {
    process.off('unhandledRejection', keep);
    for (const other of others) process.on('unhandledRejection', other);
  }
  return unhandled;
}

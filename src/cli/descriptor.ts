/** Names of files that a shell has opened for the process. */

const STANDARD = ['/dev/stdin', '/dev/stdout', '/dev/stderr'];

/** The descriptor that such a name stands for. It is already open, and not every kind of file can be opened again by its name. */
export function descriptorOf(name: string): number | undefined {
  const standard = STANDARD.indexOf(name);
  if (standard >= 0) return standard;
  const digits = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Names a process so that another process can later find out whether it still runs. */
import {hash} from 'node:crypto';
import {readFileSync, readlinkSync} from 'node:fs';
import {hostname} from 'node:os';

/** Fields are null where the system does not provide them. Only Linux provides all of them. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Distinguishes machines of one host name. */
  readonly machine: string | null;
  /** Changes whenever the machine starts. */
  readonly boot: string | null;
  /** The same pid names another process in another container. */
  readonly namespace: string | null;
  /** Clock ticks from the start of the machine to that of the process. A reused pid has another one. */
  readonly started: string | null;
}

export function identityOf(pid: number): ProcessIdentity {
  const machine = attempt(() => readFileSync('/etc/machine-id', 'utf8').trim());
  return {
    pid,
    host: hostname(),
    machine: machine ? hash('sha256', `steadfetch\n${machine}`, 'hex').slice(0, 16) : null,
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
    started: statOf(pid)?.started ?? null,
  };
}

/** `unknown`: this process cannot see that one. */
export function livenessOf(owner: ProcessIdentity, here: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  if (owner.host !== here.host || owner.machine !== here.machine) return 'unknown';
  if (owner.boot !== here.boot) return here.machine === null ? 'unknown' : 'dead';
  if (owner.namespace !== here.namespace) return 'unknown';
  if (!exists(owner.pid)) return 'dead';
  const stat = statOf(owner.pid);
  if (stat === null) return 'alive';
  // A zombie has ended, but its parent has not read its exit status.
  const isOver = stat.state === 'Z' || stat.state === 'X';
  const isAnother = owner.started !== null && owner.started !== stat.started;
  return isOver || isAnother ? 'dead' : 'alive';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** The name of the program is in parentheses, and may have spaces and parentheses itself. */
function statOf(pid: number): {readonly state: string; readonly started: string} | null {
  const text = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields?.[0], fields?.[19]];
  return state === undefined || started === undefined ? null : {state, started};
}

function attempt(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/**
 * Finds processes that share a name and have other limits for the same quota. They count apart, so that the account is sent the sum: after a
 * deployment, or because the name is that of another account.
 */
import {Script, type SharedStore} from './shared-store.ts';

/** How often a process says which limits it has. */
const SAY_EVERY_MS = 30_000;
/** How long limits count as in use after a process said so. */
const IN_USE_MS = 90_000;

/**
 * KEYS: the limits in use (hash: limits, when a process said so last).
 * ARGV: number of the request, the limits of this process.
 * Reply: number of the request, the other limits in use.
 */
const SETTINGS_SCRIPT: string = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('HSET', KEYS[1], ARGV[2], string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], ${2 * IN_USE_MS})
local others = {ARGV[1]}
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  if tonumber(fields[i + 1]) < now - ${IN_USE_MS} then
    redis.call('HDEL', KEYS[1], fields[i])
  elseif fields[i] ~= ARGV[2] then
    others[#others + 1] = fields[i]
  end
end
return others
`;

const script = new Script(SETTINGS_SCRIPT);

export class QuotaSettings {
  readonly #store: SharedStore;
  readonly #key: string;
  readonly #guarded: string;
  readonly #limits: string;
  #saysAt = Number.NEGATIVE_INFINITY;
  /** What was reported last. */
  #others = '';

  /** @param key The same for all processes that share a name, whatever their limits are. */
  constructor(store: SharedStore, key: string, guarded: string, limits: unknown) {
    this.#store = store;
    this.#key = key;
    this.#guarded = guarded;
    this.#limits = JSON.stringify(limits);
  }

  /** Called whenever the quota is used. */
  used(now: number): void {
    if (now < this.#saysAt || !this.#store.isAvailable || !this.#store.mayAsk(now)) return;
    this.#saysAt = now + SAY_EVERY_MS;
    this.#store.ask(
      script,
      [this.#key],
      [this.#limits],
      () => true,
      reply => this.#found([...reply].sort()),
      () => {},
    );
  }

  #found(others: readonly string[]): void {
    const text = others.join('\n');
    if (text !== this.#others && others.length > 0)
      this.#store.notify({type: 'quota.differs', guarded: this.#guarded, limits: this.#limits, others});
    this.#others = text;
  }
}

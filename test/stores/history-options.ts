/** The arguments of the servers of the history checker. */
export const FRAMEWORKS = ['node:http', 'Express', 'Fastify', 'Hono'] as const;
export const STORES = ['memoryStore', 'redisStore', 'postgresStore', 'postgresTransactions'] as const;

/** The arguments of the process. */
export interface HistoryServer {
  readonly framework: (typeof FRAMEWORKS)[number];
  readonly store: (typeof STORES)[number];
  /** Of Redis or PostgreSQL. */
  readonly url: string;
  readonly port: number;
  readonly seed: number;
  readonly leaseMs: number;
}

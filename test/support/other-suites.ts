/** The suites that `npm test` leaves out, and what each needs. */
export interface OtherSuite {
  /** The name of the folder in `test`, which is that of the script after `test:`. */
  readonly name: string;
  readonly needs: string;
  /** Why a test that fails there runs once more, if it does. No other suite repeats a test. */
  readonly repeats?: string;
}

export const otherSuites: readonly OtherSuite[] = [
  {
    name: 'clients',
    needs: 'the npm registry',
    repeats: "the clients' own servers and timers share two cores with another suite",
  },
  {
    name: 'editors',
    needs: 'Neovim: apt-get install neovim',
    repeats: 'Neovim draws and answers in its own time',
  },
  {
    name: 'endurance',
    needs: 'six minutes',
    repeats: 'it measures memory and latencies of this machine',
  },
  {
    name: 'operators',
    needs: 'Go or a Jaeger, and the registries',
    repeats: 'Jaeger, Toxiproxy and OTLP exporters have real deadlines',
  },
  {
    name: 'package',
    needs: 'the npm registry, and minutes',
  },
  {
    name: 'runtimes',
    needs: 'the npm registry, and Chromium: apt-get install chromium',
    repeats: 'Chromium, Bun and Deno start with limits of their own',
  },
  {
    name: 'site',
    needs: 'the npm registry, and Chromium: apt-get install chromium',
    repeats: 'Chromium draws and answers in its own time',
  },
  {
    name: 'stores',
    needs: 'the npm registry, and Redis, PostgreSQL and HAProxy: apt-get install redis-server postgresql haproxy',
    repeats: 'Redis and PostgreSQL are killed and stopped at random moments',
  },
  {
    name: 'truth',
    needs: 'three minutes',
  },
  {
    name: 'vscode',
    needs: 'the npm registry, and Chromium: apt-get install chromium',
    repeats: 'VS Code draws and answers in its own time',
  },
];

export const suiteLines = (): string[] =>
  otherSuites.map(({name, needs}) => `  not run: ${`npm run test:${name}`.padEnd(24)} ${needs}`);

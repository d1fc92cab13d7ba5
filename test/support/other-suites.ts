/** The suites that `npm test` leaves out, and what each needs. */
export interface OtherSuite {
  /** The name of the folder in `test`, which is that of the script after `test:`. */
  readonly name: string;
  readonly needs: string;
}

export const otherSuites: readonly OtherSuite[] = [
  {name: 'clients', needs: 'the npm registry'},
  {name: 'editors', needs: 'Neovim: apt-get install neovim'},
  {name: 'endurance', needs: 'three minutes'},
  {name: 'operators', needs: 'Go or a Jaeger, and the registries'},
  {name: 'package', needs: 'the npm registry, and minutes'},
  {name: 'runtimes', needs: 'the npm registry, and Chromium: apt-get install chromium'},
  {name: 'site', needs: 'the npm registry, and Chromium: apt-get install chromium'},
  {name: 'stores', needs: 'Redis, PostgreSQL and HAProxy: apt-get install redis-server postgresql haproxy'},
  {name: 'truth', needs: 'three minutes'},
  {name: 'vscode', needs: 'the npm registry, and Chromium: apt-get install chromium'},
];

export const suiteLines = (): string[] =>
  otherSuites.map(({name, needs}) => `  not run: ${`npm run test:${name}`.padEnd(24)} ${needs}`);

/** Runs a Toxiproxy of one's own: TCP proxies on loopback whose links can be slowed, cut and broken while connections use them. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {freePorts, isReady} from '../ports.ts';

/** What is done to the bytes of a link. @see https://github.com/Shopify/toxiproxy#toxics for the attributes and their units. */
export type Toxic =
  | {readonly type: 'latency'; readonly attributes: {readonly latency: number; readonly jitter?: number}}
  | {readonly type: 'bandwidth'; readonly attributes: {readonly rate: number}}
  | {readonly type: 'slicer'; readonly attributes: {readonly average_size: number; readonly delay: number}}
  | {readonly type: 'limit_data'; readonly attributes: {readonly bytes: number}}
  | {readonly type: 'reset_peer' | 'timeout'; readonly attributes: {readonly timeout: number}}
  | {readonly type: 'slow_close'; readonly attributes: {readonly delay: number}};

/** A proxy before one server. */
export interface Link {
  readonly url: string;
  /** From the server to its clients, on the connections that are open and on new ones. */
  add(toxic: Toxic): Promise<void>;
  /** Takes every toxic away. */
  heal(): Promise<void>;
  /** Closes all connections and refuses new ones. */
  cut(): Promise<void>;
  restore(): Promise<void>;
}

export interface Toxiproxy {
  /** @param url Of the server, without a path. */
  link(url: string): Promise<Link>;
  stop(): Promise<void>;
}

/** @throws Error when it is not ready within half a minute. */
export async function startToxiproxy(binary: string): Promise<Toxiproxy> {
  const [port] = await freePorts(1);
  const child = spawn(binary, ['-host', '127.0.0.1', '-port', `${port}`], {stdio: 'ignore'});
  const api = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
  if (!(await isReady(`${api}/version`, () => child.exitCode !== null))) {
    await stop();
    throw new Error('Toxiproxy was not ready within 30 s.');
  }
  let links = 0;
  return {link: url => openLink(api, `link-${++links}`, url), stop};
}

async function openLink(api: string, name: string, url: string): Promise<Link> {
  const {listen} = (await ask(`${api}/proxies`, 'POST', {
    name,
    listen: '127.0.0.1:0',
    upstream: new URL(url).host,
  })) as {listen: string};
  const proxy = `${api}/proxies/${name}`;
  return {
    url: `http://${listen}/`,
    async add(toxic) {
      await ask(`${proxy}/toxics`, 'POST', {...toxic, stream: 'downstream'});
    },
    async heal() {
      const toxics = (await ask(`${proxy}/toxics`, 'GET')) as {name: string}[];
      for (const toxic of toxics) await ask(`${proxy}/toxics/${toxic.name}`, 'DELETE');
    },
    async cut() {
      await ask(proxy, 'POST', {enabled: false});
    },
    async restore() {
      await ask(proxy, 'POST', {enabled: true});
    },
  };
}

async function ask(url: string, method: string, body?: object): Promise<unknown> {
  const response = await fetch(url, {method, body: body === undefined ? null : JSON.stringify(body)});
  const text = await response.text();
  if (!response.ok) throw new Error(`Toxiproxy answered ${response.status} to ${method} ${url}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

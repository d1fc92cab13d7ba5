/** Keeps the files of the playground, so that it works without a network. A new version is used when no page has the old one open. */

declare const self: ServiceWorkerGlobalScope;
/** Set by the build. */
declare const FILES: readonly string[];
declare const VERSION: string;

const PREFIX = 'steadfetch-playground-';
const NAME = PREFIX + VERSION;

self.addEventListener('install', event => {
  event.waitUntil(caches.open(NAME).then(cache => cache.addAll(FILES)));
});

self.addEventListener('activate', event => event.waitUntil(takeOver()));

self.addEventListener('fetch', event => {
  const {request} = event;
  if (request.method !== 'GET' || !request.url.startsWith(self.location.origin)) return;
  event.respondWith(answer(request));
});

async function takeOver(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter(name => name.startsWith(PREFIX) && name !== NAME).map(name => caches.delete(name)));
  await self.clients.claim();
}

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(NAME);
  const kept = await cache.match(request.mode === 'navigate' ? 'index.html' : request, {ignoreSearch: true});
  return kept ?? fetch(request);
}

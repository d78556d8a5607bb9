// A service worker that keeps nothing: the page's files are cached by their hashed names, its answers never.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

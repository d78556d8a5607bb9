// A service worker without a cache: the browser caches files by their hashed names, and API responses must not be cached.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

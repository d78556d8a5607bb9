import { lookup } from 'mrmime';

const NEVER = 'no-cache, no-store, must-revalidate';
const FOR_EVER = 'public, max-age=31536000, immutable';
const A_DAY = 'public, max-age=86400';

/** Files that refer to the files of one build, so browsers must not cache them. */
const ENTRIES = /^(?:index\.html|sw\.js|sw-heal\.js|registerSW\.js)$|\.webmanifest$/;

/** Files whose names contain a hash of their content. Fonts and images keep their names. */
const HASHED = /^assets\/[^/]+\.[\w-]{8}\.(?:js|css)$/;

/** Files that refer to others, which must be uploaded before. */
const LAST = /^(?:index\.html|sw\.js|sw-heal\.js|registerSW\.js)$/;

/** Not needed: CloudFront compresses responses. */
const COMPRESSED = /\.(?:gz|br)$/;

export function isPublished(key: string): boolean {
  return !COMPRESSED.test(key);
}

export function goesLast(key: string): boolean {
  return LAST.test(key);
}

export function cacheControlOf(key: string): string {
  if (ENTRIES.test(key)) return NEVER;
  return HASHED.test(key) ? FOR_EVER : A_DAY;
}

export function contentTypeOf(key: string): string {
  const type = lookup(key) ?? 'application/octet-stream';
  return /^text\/|\/(?:javascript|json|manifest\+json|xml)$|\+xml$/.test(type) ? `${type}; charset=utf-8` : type;
}

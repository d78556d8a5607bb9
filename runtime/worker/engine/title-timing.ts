import { readFileSync } from 'node:fs';

/** In YAML as well as in JSON, for one endpoint or for all. */
const FINAL = /^[^#\n]*\btitleTiming["']?\s*:\s*["']?final\b/m;

/**
 * Whether LibreChat requests a conversation's title only when the reply is complete. By default it does so when the
 * generation begins.
 * @param configFile path of `librechat.yaml`, which need not exist
 */
export function titlesFollowReplies(configFile: string): boolean {
  try {
    return FINAL.test(readFileSync(configFile, 'utf8'));
  } catch {
    return false; // LibreChat reports a file that it cannot read.
  }
}

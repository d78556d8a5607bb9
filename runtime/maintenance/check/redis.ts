import { CheckFailure, inPhase } from './failure';
import { Connection } from '../../queue/connection';
import { RedisAccess, type RedisEndpoint } from '../../queue/endpoint';
import { RedisDenied, RedisUnsuitable } from '../../queue/errors';
import { DEFAULT_SETTINGS } from '../../queue/settings';
import { log, messageOf } from '../../shared/log';
import type { Settings } from '../../shared/settings';

const OLDEST = [6, 2];

const REMEDY = 'Check host and port of `redis`, its security group or access list, and the route to it. A server with TLS needs rediss://, one without redis://';

/** Connects to Redis as the relay and the workers do, and checks its version and settings. */
export async function checkRedis(endpoint: RedisEndpoint, { redisWaitMs, queue }: Settings): Promise<void> {
  await inPhase('redis', REMEDY, async () => {
    const connection = new Connection(new RedisAccess(endpoint), { ...DEFAULT_SETTINGS, ...queue });
    try {
      const info = String(await connection.repeat(() => connection.send('INFO', []), redisWaitMs));
      checkVersion(valueIn(info, 'redis_version'));
      warnOfEviction(valueIn(info, 'maxmemory_policy'));
    } catch (error) {
      // LibreChat, relay and workers do not need the command.
      if (error instanceof RedisUnsuitable && /NOPERM/.test(error.message)) return log.warn('redis-version-unknown', { message: error.message });
      if (error instanceof RedisDenied) throw new CheckFailure('redis', messageOf(error), 'Correct user name and password of `redis`');
      throw error;
    } finally {
      connection.close();
    }
  });
}

function checkVersion(version: string | undefined): void {
  const [major, minor] = (version ?? '').split('.').map(Number);
  if (!version || major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new CheckFailure('redis', `The server is Redis ${version}`, 'Use Redis 6.2 or newer, or Valkey');
}

/** Under `allkeys-*` and `noeviction` a full Redis loses requests, or refuses them. */
function warnOfEviction(policy: string | undefined): void {
  if (policy && !policy.startsWith('volatile-')) log.warn('redis-eviction-policy', { policy });
}

function valueIn(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
}

import { startBuiltIn } from './built-in/server';
import { startRedisServer } from './redis-server';

/** Certificate and key in PEM, and the authority that a client verifies them with. */
export interface RedisTls {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

export interface RedisOptions {
  /** What clients must say in AUTH; without one nobody is asked. */
  readonly password?: string;
  readonly tls: RedisTls;
  /** Take the built-in server even where a real one is installed. */
  readonly builtIn?: boolean;
}

export interface RunningRedis {
  readonly host: string;
  readonly port: number;
  readonly kind: 'redis-server' | 'built-in';
  /** Ends the server and every connection, and removes its files. */
  dispose(): Promise<void>;
}

/**
 * Starts a Redis that speaks TLS only, on a free loopback port: the installed `redis-server` if there is one that can
 * do TLS, else a small built-in one that knows the commands of the LibreChat stand-in.
 */
export async function startRedis(options: RedisOptions): Promise<RunningRedis> {
  if (!options.builtIn) {
    const real = await startRedisServer(options);
    if (real) return real;
  }
  return startBuiltIn(options);
}

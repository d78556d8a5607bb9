import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { generate } from 'selfsigned';
import { type RunningRedis, startRedis } from '../../emulator/redis';

export const STAND_IN = join(__dirname, '../../build/stand-in');

/** What LibreChat must be told on Lambda, with values of this test's own. */
export function variables(redis: RunningRedis, ca: string, extra: Record<string, string | undefined> = {}): Record<string, string> {
  const all: Record<string, string | undefined> = {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: '0',
    CREDS_KEY: 'a'.repeat(64),
    CREDS_IV: 'b'.repeat(32),
    JWT_SECRET: 'c'.repeat(64),
    JWT_REFRESH_SECRET: 'd'.repeat(64),
    MONGO_URI: 'mongodb://localhost/unused',
    DOMAIN_CLIENT: 'https://chat.example.com',
    USE_REDIS: 'true',
    REDIS_URI: `rediss://${redis.host}:${redis.port}`,
    REDIS_PASSWORD: 'the-password',
    REDIS_KEY_PREFIX: 'test',
    REDIS_RETRY_MAX_ATTEMPTS: '0',
    REDIS_CA: ca,
    METRICS_SECRET: 'the-metrics-secret',
    ALLOW_REGISTRATION: 'true',
    STREAM_KEEP_COMPLETED_JOBS: 'true',
    TRUST_PROXY: '2',
    LOG_TO_FILE: 'false',
    LIBRECHAT_LOG_DIR: tmpdir(),
    ...extra,
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** A stand-in that runs as a process of its own. */
export interface StandInProcess {
  readonly url: string;
  readonly process: ChildProcess;
  stop(): Promise<number | null>;
}

/** Starts the built stand-in; rejects with what it printed when it ends before it listens. */
export function startStandIn(env: Record<string, string>, directory = STAND_IN): Promise<StandInProcess> {
  const child = spawn(process.execPath, ['server/index.js'], { cwd: join(directory, 'api'), env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return new Promise((resolve, reject) => {
    const printed: string[] = [];
    createInterface(child.stderr).on('line', (line) => printed.push(line));
    createInterface(child.stdout).on('line', (line) => {
      printed.push(line);
      const url = /Server listening at (http:[^"]+)/.exec(line)?.[1];
      if (url) resolve({ url, process: child, stop: () => { child.kill('SIGTERM'); return exited; } });
    });
    void exited.then((code) => reject(new Error(`exit code ${code}: ${printed.join('\n')}`)));
  });
}

/** A Redis with a certificate that only those trust who read `ca`. */
export async function startTestRedis(options: { builtIn?: boolean } = {}) {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  const directory = mkdtempSync(join(tmpdir(), 'stand-in-test-'));
  const ca = join(directory, 'ca.pem');
  writeFileSync(ca, cert);
  const redis = await startRedis({ password: 'the-password', tls: { cert, key, ca: cert }, ...options });
  return {
    redis,
    ca,
    dispose: async () => {
      await redis.dispose();
      rmSync(directory, { recursive: true });
    },
  };
}

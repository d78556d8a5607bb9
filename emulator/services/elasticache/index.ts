import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sendCommand } from './send-command';
import { EmulatorError } from '../../core/errors';
import { killAtExit } from '../../core/guard';

/** Certificate and key in PEM, and the CA certificate with which clients verify them. */
export interface RedisTls {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

export interface RedisOptions {
  /** The password for AUTH. @default no authentication */
  readonly password?: string;
  readonly tls: RedisTls;
  /** Memory limit for data, in bytes. @default unlimited */
  readonly maxMemory?: number;
}

export interface RunningRedis {
  readonly host: string;
  readonly port: number;
  /** The process id of the server. */
  readonly pid: number;
  /** Sends a command over a separate connection; resolves to the reply, a string or a status. */
  send(...command: string[]): Promise<string>;
  /** Kills the server and starts an empty one on the same port. */
  restart(): Promise<void>;
  /** Stops the server, closes its connections, and removes its files. */
  dispose(): Promise<void>;
}

const HOST = '127.0.0.1';
const START_ATTEMPTS = 5;

/** Below the ephemeral ports, which an outgoing connection could take while the server is started or restarted. */
const FIRST_PORT = 10_000;
const LAST_PORT = 32_000;

const INSTALL = '(`apt-get install redis-server`, `brew install redis`)';

type Outcome = { kind: 'ready' } | { kind: 'missing' } | { kind: 'no-tls' } | { kind: 'port-taken' } | { kind: 'failed'; log: string };

/**
 * Starts the installed `redis-server` with TLS on a free loopback port.
 *
 * @throws EmulatorError if it is not installed, or was built without TLS
 */
export async function startRedis(options: RedisOptions): Promise<RunningRedis> {
  const directory = mkdtempSync(join(tmpdir(), 'redis-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    for (let attempt = 1; attempt <= START_ATTEMPTS; attempt++) {
      const port = await freePort();
      const config = configuration(directory, port, options);
      let server = launch(config, directory);
      const outcome = await started(server);
      switch (outcome.kind) {
        case 'ready':
          return {
            host: HOST,
            port,
            get pid() { return server.pid!; },
            send: (...command) => sendCommand(port, options, command),
            restart: async () => {
              await stop(server);
              server = launch(config, directory);
              const again = await started(server);
              if (again.kind !== 'ready') throw new Error(`redis-server does not start again: ${again.kind === 'failed' ? again.log : again.kind}`);
            },
            dispose: async () => { await stop(server); remove(); },
          };
        case 'missing':
          throw new EmulatorError('REDIS_MISSING', `ElastiCache requires \`redis-server\` in PATH: install it ${INSTALL}`);
        case 'no-tls':
          throw new EmulatorError('REDIS_MISSING', `\`redis-server\` must be built with TLS: install a package that is ${INSTALL}`);
        case 'failed':
          throw new Error(`redis-server does not start: ${outcome.log}`);
      }
    }
    throw new Error(`redis-server found no free port in ${START_ATTEMPTS} attempts`);
  } catch (error) {
    remove();
    throw error;
  }
}

/** Other users can read command lines, so the password is in a file with mode 600. */
function configuration(directory: string, port: number, { password, tls, maxMemory }: RedisOptions): string {
  const file = (name: string, content: string) => {
    const path = join(directory, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  return file('redis.conf', [
    `bind ${HOST}`,
    'port 0',
    `tls-port ${port}`,
    `tls-cert-file ${file('cert.pem', tls.cert)}`,
    `tls-key-file ${file('key.pem', tls.key)}`,
    `tls-ca-cert-file ${file('ca.pem', tls.ca)}`,
    'tls-auth-clients no',
    `dir ${directory}`,
    'save ""',
    'appendonly no',
    // The default of ElastiCache's parameter groups.
    'maxmemory-policy volatile-lru',
    ...(maxMemory ? [`maxmemory ${maxMemory}`] : []),
    ...(password ? [`requirepass ${JSON.stringify(password)}`] : []),
  ].join('\n'));
}

/** Detached, so that Ctrl-C in a terminal reaches it only through `dispose`. */
function launch(config: string, directory: string): ChildProcess {
  const server = spawn('redis-server', [config], { cwd: directory, env: process.env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  if (server.pid !== undefined) server.once('exit', killAtExit(server.pid));
  return server;
}

function started(server: ChildProcess): Promise<Outcome> {
  return new Promise((resolve) => {
    const log: string[] = [];
    const read = (line: string) => {
      log.push(line);
      if (/Ready to accept connections/.test(line)) resolve({ kind: 'ready' });
    };
    createInterface(server.stdout!).on('line', read);
    createInterface(server.stderr!).on('line', read);
    server.once('error', () => resolve({ kind: 'missing' }));
    server.once('close', () => {
      const text = log.join('\n');
      if (/address already in use/i.test(text)) return resolve({ kind: 'port-taken' });
      if (/bad directive|TLS support/i.test(text)) return resolve({ kind: 'no-tls' });
      resolve({ kind: 'failed', log: text });
    });
  });
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGKILL');
  await exited;
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer().once('error', () => resolve(false)).listen(port, HOST, () => probe.close(() => resolve(true)));
  });
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface TestRedis {
  readonly port: number;
  readonly uri: string;
  /** Kills the server; `start()` brings an empty one back on the same port. */
  kill(): Promise<void>;
  start(): Promise<void>;
  pause(): void;
  resume(): void;
  dispose(): Promise<void>;
}

/** A real redis-server on a free port, which keeps nothing on disk. */
export async function startRedis(directives: readonly string[] = [], tls = false): Promise<TestRedis> {
  const directory = mkdtempSync(join(tmpdir(), 'queue-redis-'));
  const port = await freePort();
  const config = join(directory, 'redis.conf');
  const listen = tls ? ['port 0', `tls-port ${port}`] : [`port ${port}`];
  writeFileSync(config, ['bind 127.0.0.1', ...listen, `dir ${directory}`, 'save ""', 'appendonly no', ...directives].join('\n'));
  let server = await launch(config);
  const kill = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await exited;
  };
  return {
    port,
    uri: `${tls ? 'rediss' : 'redis'}://127.0.0.1:${port}`,
    kill,
    start: async () => { server = await launch(config); },
    pause: () => { server.kill('SIGSTOP'); },
    resume: () => { server.kill('SIGCONT'); },
    dispose: async () => {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

function launch(config: string): Promise<ChildProcess> {
  const server = spawn('redis-server', [config], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  return new Promise((resolve, reject) => {
    const log: string[] = [];
    createInterface(server.stdout).on('line', (line) => {
      log.push(line);
      if (/Ready to accept connections/.test(line)) resolve(server);
    });
    server.once('error', reject);
    server.once('close', () => reject(new Error(`redis-server ended: ${log.join('\n')}`)));
  });
}

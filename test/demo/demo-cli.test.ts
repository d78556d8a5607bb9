import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Synthesized, synthesize } from '../../emulator/synthesize';
import { setRelayTimings } from '../../fixtures/deployment';
import { until } from '../../fixtures/runtime/until';

const ROOT = join(__dirname, '../..');

jest.setTimeout(90_000);

/** The command line as a process of its own, with its own temporary folder. */
class Demo {
  readonly lines: string[] = [];
  readonly errors: string[] = [];
  readonly exited: Promise<number | null>;
  readonly process: ChildProcess;
  private readonly waiting = new Set<() => void>();

  constructor(args: string[], temporary: string, environment: Record<string, string> = {}) {
    this.process = spawn(process.execPath, ['--import', 'tsx', 'demo/cli.ts', ...args], {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: temporary, NODE_OPTIONS: '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exited = new Promise((resolve) => this.process.once('close', resolve));
    void this.exited.then(() => this.wake());
    createInterface(this.process.stdout!).on('line', (line) => { this.lines.push(line); this.wake(); });
    createInterface(this.process.stderr!).on('line', (line) => this.errors.push(line));
  }

  /** The first line that matches. Fails if the process ends without one. */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = this.lines.map((line) => pattern.exec(line)).find(Boolean);
      if (match) return match;
      if (this.process.exitCode !== null) throw new Error(`ended with ${this.process.exitCode}: ${[...this.lines, ...this.errors].join('\n')}`);
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  private wake(): void {
    this.waiting.forEach((resolve) => resolve());
    this.waiting.clear();
  }
}

let assembly: Synthesized;
let temporary: string;
beforeAll(async () => {
  assembly = await synthesize(join(ROOT, 'examples/typescript/app.ts'));
  setRelayTimings(assembly.assembly);
});
afterAll(() => assembly.dispose());
beforeEach(() => { temporary = mkdtempSync(join(tmpdir(), 'demo-test-')); });
afterEach(async () => {
  running.forEach(({ process: child }) => child.exitCode ?? child.kill('SIGTERM'));
  await Promise.all(running.map(({ exited }) => exited));
  running = [];
  rmSync(temporary, { recursive: true, force: true });
});

let running: Demo[] = [];
const demo = (...args: string[]) => started(args);
const started = (args: string[], environment?: Record<string, string>) => {
  const run = new Demo(args, temporary, environment);
  running.push(run);
  return run;
};

/** Processes with this test's temporary folder: all that the demo started. */
function processes(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(temporary) || readlinkSync(`/proc/${pid}/cwd`).startsWith(temporary);
    } catch {
      return false;
    }
  });
}

/** Files that the demo left in its temporary folder, without the compiled code of tsx. */
const files = () => readdirSync(temporary).filter((name) => !name.startsWith('tsx-'));

function listening(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false);
}

describe('bad input', () => {
  test('a wrong option: its message, the usage, and exit code 2', async () => {
    const run = demo('--port', 'http');
    expect(await run.exited).toBe(2);
    expect(run.errors[0]).toBe('--port must be a number from 0 to 65535, got: http');
    expect(run.errors.join('\n')).toContain('Usage: npx projen demo');
    expect(run.lines).toEqual([]);
  });

  // `npx projen demo -- --help` passes on the dashes.
  test.each([['--help'], ['--', '--help']])('%s %s: usage on standard output, and exit code 0', async (...args) => {
    const run = demo(...args);
    expect(await run.exited).toBe(0);
    expect(run.lines.join('\n')).toContain('--probe');
    expect(run.errors).toEqual([]);
  });

  test.each([
    ['without bubblewrap', () => undefined],
    ['where bubblewrap cannot create namespaces', () => writeFileSync(join(temporary, 'bwrap'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })],
  ])('--sandbox %s: what it requires, before anything else, and exit code 1', async (_, install) => {
    install();
    const run = started(['--sandbox'], { PATH: temporary });
    expect(await run.exited).toBe(1);
    expect(run.errors).toEqual([
      'the sandbox requires bubblewrap, with the right to create namespaces: `bwrap` must be in PATH (`apt-get install bubblewrap`)',
    ]);
    expect(run.lines).toEqual([]);
  });

  test('a port that was asked for and is taken: a clear error and exit code 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const run = demo('--assembly', assembly.assembly, '--port', String(port));
    expect(await run.exited).toBe(1);
    expect(run.errors).toEqual([`\`port\` must be free, got: ${port}; 0 takes any`]);
    expect(processes()).toEqual([]);
    taken.close();
  });

  test('an app that throws: its output, and exit code 1', async () => {
    const app = join(temporary, 'app.ts');
    writeFileSync(app, "throw new Error('the app is wrong');\n");
    const run = demo('--app', app);
    expect(await run.exited).toBe(1);
    expect(run.errors.join('\n')).toContain('the app is wrong');
  });

  test('a folder that is no assembly: exit code 1', async () => {
    const run = demo('--assembly', 'src');
    expect(await run.exited).toBe(1);
    expect(run.errors).toHaveLength(1);
    expect(run.errors[0]).toContain('src');
  });

  test('a folder without LibreChat: the files that it needs, and exit code 1', async () => {
    const run = demo('--assembly', assembly.assembly, '--librechat', 'src');
    expect(await run.exited).toBe(1);
    expect(run.errors).toEqual(['`librechat` must be a folder with api/server/index.js and client/dist, got: src']);
  });

  test('a template that cannot be run: the logical id, the reason, and exit code 1', async () => {
    const folder = join(temporary, 'cdk.out');
    cpSync(assembly.assembly, folder, { recursive: true });
    const file = join(folder, 'LibreChat.template.json');
    const template = JSON.parse(readFileSync(file, 'utf8'));
    template.Resources.Unheard = { Type: 'AWS::Quantum::Ledger', Properties: {} };
    writeFileSync(file, JSON.stringify(template));
    const run = demo('--assembly', folder);
    expect(await run.exited).toBe(1);
    expect(run.errors.join('\n')).toMatch(/Unheard.*AWS::Quantum::Ledger/s);
  });
});

describe('a demo that runs', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('says where, stays until %s, and leaves no process, socket or file', async (signal) => {
    const run = demo('--assembly', assembly.assembly, '--port', '0');
    const port = Number((await run.line(/runs on http:\/\/localhost:(\d+)/))[1]);
    const livePort = Number((await run.line(/live view of relays and workers: http:\/\/localhost:(\d+)/))[1]);
    const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    expect(page).toContain('LibreChat stand-in');
    const framed = /<iframe[^>]* data-src="([^"]+)"/.exec(await (await fetch(`http://127.0.0.1:${livePort}/`)).text())![1];
    expect(await (await fetch(framed)).text()).toBe(page);
    // An environment is running, with an adapter, LibreChat and connections to Redis.
    expect((await fetch(`http://127.0.0.1:${port}/api/config`)).status).toBe(200);
    await run.line(/200 {2}GET {2}\/api\/config {2}environment 1 {2}\d+ ms/);
    expect(processes().length).toBeGreaterThan(2);
    run.process.kill(signal);
    expect(await run.exited).toBe(0);
    expect(run.errors).toEqual([]);
    expect(processes()).toEqual([]);
    expect(await Promise.all([port, livePort, Number(new URL(framed).port)].map(listening))).toEqual([false, false, false]);
    expect(files()).toEqual([]);
  });

  test('an interruption while it starts leaves nothing either', async () => {
    const run = demo('--assembly', assembly.assembly, '--port', '0', '--json');
    // Redis or the publisher's environment is running: the stack is being deployed.
    while (processes().length < 3 && run.process.exitCode === null) await new Promise(setImmediate);
    expect(run.lines.join('\n')).not.toContain('"listening"');
    run.process.kill('SIGINT');
    expect(await run.exited).toBe(0);
    expect(processes()).toEqual([]);
    expect(files()).toEqual([]);
  });

  test('prints the events of the deployment while it starts', async () => {
    const run = demo('--assembly', assembly.assembly, '--port', '0');
    await run.line(/runs on http/);
    const seen = [/Redis is a redis-server/, /environment 1 starts/, /runs on http/].map((pattern) => run.lines.findIndex((line) => pattern.test(line)));
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen).not.toContain(-1);
    run.process.kill('SIGINT');
    expect(await run.exited).toBe(0);
  });

  test.each([
    ['while it starts', /Redis is a redis-server/],
    ['with a frozen environment', /200 {2}GET {2}\/api\/config/],
  ])('leaves no process where it is killed %s', async (_, when) => {
    const run = demo('--assembly', assembly.assembly, '--port', '0');
    void run.line(/runs on (http:\/\/localhost:\d+)/).then(([, url]) => fetch(`${url}/api/config`)).catch(() => undefined);
    await run.line(when);
    expect(processes().length).toBeGreaterThan(1);
    run.process.kill('SIGKILL');
    await run.exited;
    await until(() => processes().length === 0);
  });

  // As `npx projen demo | head -1` does.
  test('ends where its output is closed, and leaves no process and file', async () => {
    const arguments_ = ['--import', 'tsx', 'demo/cli.ts', '--assembly', assembly.assembly, '--port', '0'];
    const shell = spawn('/bin/sh', ['-c', '"$0" "$@" | head -1', process.execPath, ...arguments_], {
      cwd: ROOT, env: { ...process.env, TMPDIR: temporary, NODE_OPTIONS: '' }, stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    shell.stdout.on('data', (data) => { output += String(data); });
    const [status] = await once(shell, 'close') as [number];
    expect(status).toBe(0);
    expect(output.trim().split('\n')).toHaveLength(1);
    await until(() => processes().length === 0);
    expect(files()).toEqual([]);
  });

  // As if npx or projen is killed: they run nested processes and do not forward every signal.
  test('ends where the program that launched it is killed, and leaves no process and file', async () => {
    const launcher = spawn(process.execPath, ['node_modules/.bin/tsx', 'demo/cli.ts', '--assembly', assembly.assembly, '--port', '0'], {
      cwd: ROOT, env: { ...process.env, TMPDIR: temporary, NODE_OPTIONS: '' }, stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    launcher.stdout.on('data', (data) => { output += String(data); });
    await until(() => output.includes('runs on'));
    launcher.kill('SIGKILL');
    await until(() => processes().length === 0);
    expect(files()).toEqual([]);
  });

  test('--json prints one object per line', async () => {
    const run = demo('--assembly', assembly.assembly, '--port', '0', '--json');
    await run.line(/"type":"listening"/);
    const { url } = JSON.parse(run.lines.find((line) => line.includes('"listening"'))!) as { url: string };
    await fetch(url);
    await run.line(/"type":"request".*"path":"\/"/);
    run.process.kill('SIGINT');
    await run.exited;
    const records = run.lines.map((line) => JSON.parse(line) as { type: string });
    expect(records.map(({ type }) => type)).toEqual(expect.arrayContaining(['listening', 'request', 'notice', 'environment']));
  });
});

describe('--probe', () => {
  test('exits 0 after the reply came whole and in pieces, from one worker', async () => {
    const run = demo('--assembly', assembly.assembly, '--port', '0', '--probe', '--json');
    expect(await run.exited).toBe(0);
    const records = run.lines.map((line) => JSON.parse(line) as Record<string, any>);
    const result = records.find(({ type }) => type === 'probe')!;
    expect(result).toMatchObject({ passed: true, tokens: expect.any(Number) });
    const { functions } = records.find(({ type }) => type === 'usage')!;
    expect(functions.find(({ function: name }: { function: string }) => name.includes('Backend'))).toMatchObject({ environments: 1 });
    expect(result.verdicts).toEqual([{ rule: 'the reply arrived complete', passed: true }, { rule: 'the reply arrived in pieces', passed: true }, { rule: 'the page would show each token', passed: true }]);
    const seen = records.filter(({ type }) => type === 'probe-event').map(({ description }) => description as string);
    expect(seen).toHaveLength(result.events + 1);
    expect(seen.length).toBeGreaterThanOrEqual(20);
    expect(seen.slice(0, 2)).toEqual(['POST returned', 'created']);
    expect(seen.at(-1)).toBe('final');
    expect(processes()).toEqual([]);
    expect(files()).toEqual([]);
  });
});

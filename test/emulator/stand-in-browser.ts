import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const PATIENCE_MS = 40_000;
const ANSWER_MS = 5_000;
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The installed browser, if there is one. */
export function findBrowser(): string | undefined {
  return NAMES.find((name) => {
    try {
      return execFileSync(name, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] }).length > 0;
    } catch {
      return false;
    }
  });
}

/** A headless Chromium, spoken to through two pipes in its DevTools protocol. */
export class Browser {
  private readonly child: ChildProcess;
  private readonly exited: Promise<void>;
  private readonly profile = mkdtempSync(join(tmpdir(), 'stand-in-browser-'));
  private readonly pending = new Map<number, { resolve: (result: any) => void; reject: (error: Error) => void }>();
  private lastId = 0;
  private rest = '';

  constructor(name: string) {
    this.child = spawn(name, [
      '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--window-size=1000,760',
      '--remote-debugging-pipe', `--user-data-dir=${this.profile}`, 'about:blank',
    ], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    this.exited = new Promise((resolve) => this.child.once('exit', () => {
      // Whoever waits for its answer would wait for ever.
      this.pending.forEach(({ reject }) => reject(new Error('the browser has ended')));
      this.pending.clear();
      resolve();
    }));
    (this.child.stdio[3] as Writable).on('error', () => undefined);
    (this.child.stdio[4] as Readable).setEncoding('utf8').on('data', (data: string) => this.receive(data));
  }

  async open(url: string): Promise<Tab> {
    const { targetId } = await this.send('Target.createTarget', { url });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    return new Tab((method, params) => this.send(method, params, sessionId));
  }

  send(method: string, params: object = {}, sessionId?: string): Promise<any> {
    const id = ++this.lastId;
    (this.child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.pending.set(id, { resolve, reject }));
  }

  /** Ends it in order, with all its processes: those of one that is killed write into the profile for a while. */
  async close(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.send('Browser.close').catch(() => undefined);
    const killing = setTimeout(() => this.child.kill('SIGKILL'), ANSWER_MS);
    await this.exited;
    clearTimeout(killing);
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  private receive(data: string): void {
    const messages = (this.rest + data).split('\0');
    this.rest = messages.pop()!;
    for (const message of messages) {
      const { id, result, error } = JSON.parse(message) as { id?: number; result?: any; error?: { message: string } };
      const waiting = id === undefined ? undefined : this.pending.get(id);
      if (error) waiting?.reject(new Error(error.message));
      else waiting?.resolve(result);
      if (id !== undefined) this.pending.delete(id);
    }
  }
}

/** A page in the browser. */
export class Tab {
  /** In a frame: where expressions are evaluated, until its document is replaced. */
  private contextId?: number;

  constructor(private readonly send: (method: string, params?: object) => Promise<any>, private readonly frameUrl?: string) {}

  /** The page in a frame of this one. */
  frame(url: string): Tab {
    return new Tab(this.send, url);
  }

  /** The value of an expression in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const contextId = this.frameUrl === undefined ? undefined : this.contextId ??= await this.enterFrame(this.frameUrl);
    const answer = this.send('Runtime.evaluate', { expression, contextId, awaitPromise: true, returnByValue: true });
    const { result, exceptionDetails } = await answer.catch((error: Error) => {
      this.contextId = undefined;
      throw error;
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as T;
  }

  private async enterFrame(url: string): Promise<number> {
    const { frameTree } = await this.send('Page.getFrameTree');
    const child = (frameTree.childFrames ?? []).find(({ frame }: { frame: { url: string } }) => frame.url.startsWith(url));
    if (!child) throw new Error(`no frame shows ${url}`);
    return (await this.send('Page.createIsolatedWorld', { frameId: child.frame.id })).executionContextId;
  }

  /** Waits until an expression is true, and gives its value. */
  async until<T>(expression: string): Promise<T> {
    let last: unknown;
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
      // While a page is being replaced it cannot be asked, and what it was asked may never be answered.
      last = await Promise.race([this.evaluate<T>(expression).catch((error: Error) => error), nothingFor(ANSWER_MS)]);
      if (last && !(last instanceof Error)) return last as T;
      await nothingFor(10);
    }
    throw new Error(`never came true: ${expression}, last: ${String(last)}`);
  }

  async type(text: string): Promise<void> {
    await this.send('Input.insertText', { text });
    for (const type of ['keyDown', 'keyUp']) {
      await this.send('Input.dispatchKeyEvent', { type, key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, text: type === 'keyDown' ? '\r' : undefined });
    }
  }

  async reload(): Promise<void> {
    await this.evaluate('window.old = true');
    await this.send('Page.reload');
    await this.until('!window.old && document.readyState === "complete"');
  }

  /** What the page looks like, as PNG. */
  async screenshot(): Promise<Buffer> {
    return Buffer.from((await this.send('Page.captureScreenshot', { format: 'png' })).data, 'base64');
  }

  async darkMode(): Promise<void> {
    await this.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: 'dark' }] });
  }
}

/** Nobody stays for the sake of it: where an answer came first, it is still running. */
function nothingFor(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds, undefined).unref());
}

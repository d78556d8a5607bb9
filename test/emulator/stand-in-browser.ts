import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

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
  private readonly profile = mkdtempSync(join(tmpdir(), 'stand-in-browser-'));
  private readonly pending = new Map<number, { resolve: (result: any) => void; reject: (error: Error) => void }>();
  private lastId = 0;
  private rest = '';

  constructor(name: string) {
    this.child = spawn(name, [
      '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--window-size=1000,760',
      '--remote-debugging-pipe', `--user-data-dir=${this.profile}`, 'about:blank',
    ], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
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

  async close(): Promise<void> {
    const exited = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await exited;
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
  constructor(private readonly send: (method: string, params?: object) => Promise<any>, private readonly contextId?: number) {}

  /** The page in a frame of this one, once it is there. */
  async frame(url: string): Promise<Tab> {
    for (;;) {
      const { frameTree } = await this.send('Page.getFrameTree');
      const child = (frameTree.childFrames ?? []).find(({ frame }: { frame: { url: string } }) => frame.url.startsWith(url));
      if (child) {
        const { executionContextId } = await this.send('Page.createIsolatedWorld', { frameId: child.frame.id });
        return new Tab(this.send, executionContextId);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** The value of an expression in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const { contextId } = this;
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, contextId, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as T;
  }

  /** Waits until an expression is true, and gives its value. */
  async until<T>(expression: string): Promise<T> {
    for (;;) {
      // While a page is being replaced it cannot be asked.
      const value = await this.evaluate<T>(expression).catch(() => undefined);
      if (value) return value;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
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

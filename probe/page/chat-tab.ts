import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'puppeteer-core';
import { problemsOf } from './problems';
import { PROMPT, RECORDER, type State } from './recorder';
import type { Account } from '../chat-client';

const LOADS_WITHIN_MS = 60_000;
const POLL_MS = 20;
const SENDS_WITHIN_MS = 30_000;
const SEND_AGAIN_MS = 500;
const STREAM = /\/api\/agents\/chat\/stream\//;

/** A tab with the chat page, which records the shown replies. */
export class ChatTab {
  /** Opens a path of the page. Without `account`, the user must be logged in already. */
  static async open(browser: Browser, url: string, path: string, account?: Account): Promise<ChatTab> {
    const page = await browser.newPage();
    const tab = new ChatTab(page);
    await page.evaluateOnNewDocument(RECORDER);
    if (account) await logIn(page, url, account);
    await page.goto(url + path, { timeout: LOADS_WITHIN_MS, waitUntil: 'domcontentloaded' });
    await tab.ready();
    return tab;
  }

  readonly problems: readonly string[];

  private constructor(private readonly page: Page) {
    this.problems = problemsOf(page);
  }

  get path(): string {
    return new URL(this.page.url()).pathname;
  }

  /** Sends a message; returns the time, and the number of replies that the page will show. */
  async send(text: string): Promise<{ at: number; responses: number }> {
    const responses = ((await this.states()).at(-1)?.responses ?? 0) + 1;
    await this.page.focus(PROMPT);
    await this.page.keyboard.sendCharacter(text);
    for (const end = performance.now() + SENDS_WITHIN_MS; performance.now() < end;) {
      const at = await this.page.evaluate('performance.timeOrigin + performance.now()') as number;
      await this.page.keyboard.press('Enter');
      if (await this.isSent()) return { at, responses };
    }
    throw new Error('the page does not send the message');
  }

  states(): Promise<State[]> {
    return this.page.evaluate('window.recordedStates ?? []') as Promise<State[]>;
  }

  /** Waits until the reply has this number of words; false after `timeoutMs`. */
  hasWords(count: number, responses: number, timeoutMs: number): Promise<boolean> {
    return this.shows((state) => state.responses >= responses && state.words.length >= count, timeoutMs);
  }

  /** Waits for a state of the page; false after `timeoutMs`. */
  async shows(expected: (state: State) => boolean, timeoutMs: number): Promise<boolean> {
    for (const end = performance.now() + timeoutMs; performance.now() < end; await sleep(POLL_MS)) {
      const last = (await this.states()).at(-1);
      if (last && expected(last)) return true;
    }
    return false;
  }

  /** Reloads the page; returns the time of the request. */
  async reload(): Promise<number> {
    const at = Date.now();
    await this.page.reload({ timeout: LOADS_WITHIN_MS, waitUntil: 'domcontentloaded' });
    await this.ready();
    return at;
  }

  /** Delays further requests for streams, as a busy browser does. */
  async delayStreams(milliseconds: number): Promise<void> {
    await this.page.setRequestInterception(true);
    this.page.on('request', (request) => {
      const wait = STREAM.test(request.url()) ? milliseconds : 0;
      setTimeout(() => { request.continue().catch(() => undefined); }, wait); // The tab may be closed by then.
    });
  }

  screenshot(): Promise<Uint8Array> {
    return this.page.screenshot();
  }

  close(): Promise<void> {
    return this.page.close();
  }

  /** The page clears the prompt when it sends a message. It does not send one before the previous reply is complete. */
  private async isSent(): Promise<boolean> {
    for (const end = performance.now() + SEND_AGAIN_MS; performance.now() < end; await sleep(POLL_MS)) {
      if (await this.page.evaluate(`document.querySelector(${JSON.stringify(PROMPT)}).value === ''`)) return true;
    }
    return false;
  }

  private async ready(): Promise<void> {
    await this.page.waitForSelector(PROMPT, { timeout: LOADS_WITHIN_MS, visible: true });
  }
}

/** Logs in as the login page does; the browser stores the cookie. */
async function logIn(page: Page, url: string, account: Account): Promise<void> {
  await page.goto(`${url}/login`, { timeout: LOADS_WITHIN_MS, waitUntil: 'domcontentloaded' });
  const status = await page.evaluate(`fetch('/api/auth/login', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(JSON.stringify(account))},
  }).then(({ status }) => status)`);
  if (status !== 200) throw new Error(`login returned ${String(status)}`);
}

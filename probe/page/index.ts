import type { Browser } from 'puppeteer-core';
import { findBrowser, launchBrowser } from './browser';
import type { ChatTab } from './chat-tab';
import { appearsWordByWord } from './judge';
import { SCENARIO_NAMES, SCENARIOS, type ScenarioName } from './scenarios';
import { type Account, register } from '../chat-client';
import { verdict, type Verdict } from '../check';
import type { Pace } from '../pace';

export { findBrowser, launchBrowser } from './browser';
export { problemsOf } from './problems';
export { SCENARIO_NAMES, type ScenarioName } from './scenarios';

/** Long enough to reload the page in the middle of a reply. */
const PACE = { tokens: 80, gapMs: 100 };

export interface PageOptions {
  /** URL of the site. */
  readonly url: string;
  /** User to log in. @default a new user */
  readonly account?: Account;
  /** @default every scenario */
  readonly scenarios?: readonly ScenarioName[];
  /** Length and pace of the replies. @default 80 tokens, 100 ms apart */
  readonly pace?: Pick<Pace, 'tokens' | 'gapMs'>;
  /** Timeout for each expected state. @default 30 s */
  readonly timeoutMs?: number;
  /** @default a new browser, which is closed at the end */
  readonly browser?: Browser;
}

/** Result of a scenario. */
export interface PageVerdict extends Verdict {
  /** Console errors and failed requests of a failed scenario. */
  readonly problems: readonly string[];
}

/** Uses the page in a browser as a user would, and checks what it shows. */
export async function judgePage(options: PageOptions): Promise<PageVerdict[]> {
  const url = options.url.replace(/\/+$/, '');
  const browser = options.browser ?? await launchInstalled();
  try {
    const account = options.account ?? await register(url);
    const verdicts: PageVerdict[] = [];
    for (const name of options.scenarios ?? SCENARIO_NAMES) {
      verdicts.push(await judge(name, browser, { url, account, pace: options.pace ?? PACE, timeoutMs: options.timeoutMs ?? 30_000 }));
    }
    return verdicts;
  } finally {
    if (!options.browser) await browser.close();
  }
}

type Scene = Omit<Parameters<(typeof SCENARIOS)[ScenarioName]>[0], 'browser' | 'opened'>;

async function judge(name: ScenarioName, browser: Browser, scene: Scene): Promise<PageVerdict> {
  const rule = `words appear one after another on the page: ${name}`;
  const tabs: ChatTab[] = [];
  let result: Verdict;
  try {
    result = appearsWordByWord(rule, await SCENARIOS[name]({ ...scene, browser, opened: (tab) => tabs.push(tab) }));
  } catch (error) {
    result = verdict(rule, false, (error as Error).message);
  }
  const problems = result.outcome === 'failed' ? tabs.flatMap((tab) => tab.problems) : [];
  // Closing a tab fails if the browser has crashed; the verdict remains valid.
  for (const tab of tabs) await tab.close().catch(() => undefined);
  return { ...result, problems };
}

async function launchInstalled(): Promise<Browser> {
  const path = findBrowser();
  if (!path) throw new Error('a browser must be installed: chromium, chromium-browser or google-chrome');
  return launchBrowser(path);
}

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

/** Long enough for a page to be loaded again in the middle of it. */
const PACE = { tokens: 80, gapMs: 100 };

export interface PageOptions {
  /** URL of the site. */
  readonly url: string;
  /** Who logs in. @default a user that is registered */
  readonly account?: Account;
  /** @default every scenario */
  readonly scenarios?: readonly ScenarioName[];
  /** How the responses are generated. @default 80 tokens, 100 ms apart */
  readonly pace?: Pick<Pace, 'tokens' | 'gapMs'>;
  /** Gives up after so long without what is waited for. @default 30 s */
  readonly patienceMs?: number;
  /** @default one that is started and ended here */
  readonly browser?: Browser;
}

/** What became of a scenario. */
export interface PageVerdict extends Verdict {
  /** Of a scenario that failed: what the page's console said, and which requests failed. */
  readonly problems: readonly string[];
}

/** Uses the page in a browser as its user would, and judges what is to be seen on it. */
export async function judgePage(options: PageOptions): Promise<PageVerdict[]> {
  const url = options.url.replace(/\/+$/, '');
  const browser = options.browser ?? await launchInstalled();
  try {
    const account = options.account ?? await register(url);
    const verdicts: PageVerdict[] = [];
    for (const name of options.scenarios ?? SCENARIO_NAMES) {
      verdicts.push(await judge(name, browser, { url, account, pace: options.pace ?? PACE, patienceMs: options.patienceMs ?? 30_000 }));
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
  // A browser that has crashed closes nothing; the verdict stands.
  for (const tab of tabs) await tab.close().catch(() => undefined);
  return { ...result, problems };
}

async function launchInstalled(): Promise<Browser> {
  const path = findBrowser();
  if (!path) throw new Error('a browser must be installed: chromium, chromium-browser or google-chrome');
  return launchBrowser(path);
}

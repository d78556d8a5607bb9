import type { Browser } from 'puppeteer-core';
import { ChatTab } from './chat-tab';
import { withoutRepetitions, type Shown } from './judge';
import type { Account } from '../chat-client';
import { type Pace, promptFor } from '../pace';

/** Context of a scenario. */
export interface ScenarioContext {
  readonly browser: Browser;
  readonly url: string;
  readonly account: Account;
  readonly pace: Pick<Pace, 'tokens' | 'gapMs'>;
  readonly timeoutMs: number;
  /** Called for each opened tab, whose problems are reported after a failure. */
  readonly opened: (tab: ChatTab) => void;
}

/** Delay of the stream's request in a busy browser. */
const LATE_MS = 700;
/** Duration of the reply in multiples of the page's load time, so that it does not end before the page has loaded on a busy machine. */
const LASTS_LOADS = 4;
const MOST_TOKENS = 1_000;

/** Situations in which a user watches a reply; each returns what the page showed. */
export const SCENARIOS = {
  'a new conversation': async (context) => sent(context, await open(context)),

  'a second turn': async (context) => {
    const tab = await open(context);
    await sent({ ...context, pace: { tokens: 3, gapMs: context.pace.gapMs } }, tab);
    return sent(context, tab);
  },

  'a stream that is requested late': async (context) => {
    const tab = await open(context);
    await tab.delayStreams(LATE_MS);
    const shown = await sent(context, tab);
    return { ...shown, initialWords: shown.initialWords + Math.ceil(LATE_MS / context.pace.gapMs) };
  },

  'a reload during a reply': (context) => joined(context, (tab) => tab.reload().then(() => tab)),

  'a second tab': (context) => joined(context, async (tab) => {
    const second = await ChatTab.open(context.browser, context.url, tab.path);
    context.opened(second);
    return second;
  }),
} satisfies Record<string, (context: ScenarioContext) => Promise<Shown>>;

export type ScenarioName = keyof typeof SCENARIOS;
export const SCENARIO_NAMES = Object.keys(SCENARIOS) as ScenarioName[];

async function open({ browser, url, account, opened }: ScenarioContext): Promise<ChatTab> {
  const tab = await ChatTab.open(browser, url, '/c/new', account);
  opened(tab);
  return tab;
}

/** Sends a message, and watches its reply until the end. */
async function sent({ pace, timeoutMs }: ScenarioContext, tab: ChatTab): Promise<Shown> {
  const { at, responses } = await tab.send(promptFor({ ...pace, silenceMs: 0 }));
  await tab.hasWords(pace.tokens, responses, timeoutMs + pace.tokens * pace.gapMs);
  const states = (await tab.states()).filter((state) => state.responses === responses && state.at >= at);
  return { ...pace, since: at, states, initialWords: pace.tokens / 4 };
}

/** Watches a reply from the middle on, with the page that `load` returns. */
async function joined(context: ScenarioContext, load: (tab: ChatTab) => Promise<ChatTab>): Promise<Shown> {
  const { timeoutMs, pace: { gapMs } } = context;
  const opening = Date.now();
  const tab = await open(context);
  const tokens = Math.min(MOST_TOKENS, Math.max(context.pace.tokens, Math.ceil((Date.now() - opening) * LASTS_LOADS / gapMs)));
  const { responses } = await tab.send(promptFor({ tokens, gapMs, silenceMs: 0 }));
  if (!await tab.hasWords(Math.ceil(context.pace.tokens / 8), responses, timeoutMs)) throw new Error('the page showed no word before it was reloaded');
  const since = Date.now();
  const joining = await load(tab);
  // If a word is repeated, the number of words is reached one word early.
  await joining.shows(({ words }) => words.length === tokens && withoutRepetitions(words).length === tokens, timeoutMs + tokens * gapMs);
  return { tokens, gapMs, since, states: await joining.states(), initialWords: tokens * 3 / 4, catchesUp: true };
}

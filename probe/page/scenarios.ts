import type { Browser } from 'puppeteer-core';
import { ChatTab } from './chat-tab';
import { undoubled, type Shown } from './judge';
import type { Account } from '../chat-client';
import { type Pace, promptFor } from '../pace';

/** What a scenario works with. */
export interface Stage {
  readonly browser: Browser;
  readonly url: string;
  readonly account: Account;
  readonly pace: Pick<Pace, 'tokens' | 'gapMs'>;
  readonly patienceMs: number;
  /** Tells of a tab that was opened, to look at when something goes wrong. */
  readonly opened: (tab: ChatTab) => void;
}

/** So late a busy browser asks for the stream. */
const LATE_MS = 700;
/** A response that a page joins lasts so many times as long as the page took to load: on a busy machine it would end before. */
const LASTS_LOADS = 4;
const MOST_TOKENS = 1_000;

/** The situations in which a user watches a response, each with what the page showed. */
export const SCENARIOS = {
  'a new conversation': async (stage) => sent(stage, await open(stage)),

  'a second turn': async (stage) => {
    const tab = await open(stage);
    await sent({ ...stage, pace: { tokens: 3, gapMs: stage.pace.gapMs } }, tab);
    return sent(stage, tab);
  },

  'a stream that is asked for late': async (stage) => {
    const tab = await open(stage);
    await tab.delayStreams(LATE_MS);
    const shown = await sent(stage, tab);
    return { ...shown, mayBeginWith: shown.mayBeginWith + Math.ceil(LATE_MS / stage.pace.gapMs) };
  },

  'a reload in mid-response': (stage) => joined(stage, (tab) => tab.reload().then(() => tab)),

  'a second tab': (stage) => joined(stage, async (tab) => {
    const second = await ChatTab.open(stage.browser, stage.url, tab.path);
    stage.opened(second);
    return second;
  }),
} satisfies Record<string, (stage: Stage) => Promise<Shown>>;

export type ScenarioName = keyof typeof SCENARIOS;
export const SCENARIO_NAMES = Object.keys(SCENARIOS) as ScenarioName[];

async function open({ browser, url, account, opened }: Stage): Promise<ChatTab> {
  const tab = await ChatTab.open(browser, url, '/c/new', account);
  opened(tab);
  return tab;
}

/** A message that is sent, and its response until the end. */
async function sent({ pace, patienceMs }: Stage, tab: ChatTab): Promise<Shown> {
  const { at, responses } = await tab.send(promptFor({ ...pace, silenceMs: 0 }));
  await tab.hasWords(pace.tokens, responses, patienceMs + pace.tokens * pace.gapMs);
  const states = (await tab.states()).filter((state) => state.responses === responses && state.at >= at);
  return { ...pace, since: at, states, mayBeginWith: pace.tokens / 4 };
}

/** A response that is watched from its middle on, by a page that `load` gives. */
async function joined(stage: Stage, load: (tab: ChatTab) => Promise<ChatTab>): Promise<Shown> {
  const { patienceMs, pace: { gapMs } } = stage;
  const opening = Date.now();
  const tab = await open(stage);
  const tokens = Math.min(MOST_TOKENS, Math.max(stage.pace.tokens, Math.ceil((Date.now() - opening) * LASTS_LOADS / gapMs)));
  const { responses } = await tab.send(promptFor({ tokens, gapMs, silenceMs: 0 }));
  if (!await tab.hasWords(Math.ceil(stage.pace.tokens / 8), responses, patienceMs)) throw new Error('the page showed no word before it was reloaded');
  const since = Date.now();
  const joining = await load(tab);
  // With a word that came twice, the last but one completes the number.
  await joining.shows(({ words }) => words.length === tokens && undoubled(words).length === tokens, patienceMs + tokens * gapMs);
  return { tokens, gapMs, since, states: await joining.states(), mayBeginWith: tokens * 3 / 4, catchesUp: true };
}

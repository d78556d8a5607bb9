import { type Account, ChatClient, type Model, PROBE_MODEL } from './chat-client';
import { type Measurement, type Target, verdict, type Verdict } from './check';
import { CHECK_NAMES, CHECKS, type CheckName } from './checks';
import type { Pace } from './pace';

const SIGN_IN = 'a user logs in';

/** Slow enough that intermediate buffers do not join tokens. */
const PACE = { tokens: 40, gapMs: 250 };

export interface ProbeOptions {
  /** URL of the site. */
  readonly url: string;
  /** URL of the API with its stage, which must reject requests. @default the check is skipped */
  readonly apiUrl?: string;
  /** User to log in. @default a new user */
  readonly account?: Account;
  /** Model to chat with. @default the probe's model, as configured in the integration tests */
  readonly model?: Model;
  /** Checks to run. @default all checks */
  readonly checks?: readonly CheckName[];
  /** Length and speed of the replies. @default 40 tokens, 250 ms apart */
  readonly pace?: Pick<Pace, 'tokens' | 'gapMs'>;
  /** Pause of the model in the check `silence`. @default 40 s */
  readonly silenceMs?: number;
  /** Time without an event after which a stream has failed. @default 60 s */
  readonly timeoutMs?: number;
}

/** Results of the probe. */
export interface Report {
  readonly url: string;
  readonly passed: boolean;
  readonly verdicts: readonly Verdict[];
  /** Measurement of the check `chat`, if it ran. */
  readonly measurement?: Measurement;
}

/**
 * Sends the requests of LibreChat's page to a deployment, and checks the responses.
 *
 * Never throws: an error is a failed verdict.
 */
export async function probe(options: ProbeOptions): Promise<Report> {
  const { checks = CHECK_NAMES } = options;
  const url = options.url.replace(/\/+$/, '');
  let measurement: Measurement | undefined;
  const target = {
    url,
    apiUrl: options.apiUrl?.replace(/\/+$/, ''),
    pace: { ...PACE, ...options.pace, silenceMs: 0 },
    silenceMs: options.silenceMs ?? 40_000,
    timeoutMs: options.timeoutMs ?? 60_000,
    measure: (measured: Measurement) => { measurement = measured; },
  };

  const verdicts: Verdict[] = [];
  let client: ChatClient | undefined;
  if (checks.some((name) => CHECKS[name].needsUser)) {
    try {
      client = await ChatClient.signIn(url, options.account, options.model ?? PROBE_MODEL);
      verdicts.push(verdict(SIGN_IN, true, ''));
    } catch (error) {
      verdicts.push(verdict(SIGN_IN, false, (error as Error).message));
    }
  }
  for (const name of checks) verdicts.push(...await judge(name, target, client));
  return { url, passed: verdicts.every(({ outcome }) => outcome !== 'failed'), verdicts, measurement };
}

async function judge(name: CheckName, target: Omit<Target, 'client'>, client?: ChatClient): Promise<Verdict[]> {
  const check = CHECKS[name];
  try {
    if (!check.needsUser) return await check.run(target);
    if (client) return await check.run({ ...target, client });
    return check.rules.map((rule) => ({ rule, outcome: 'skipped', seen: 'no user is logged in' }));
  } catch (error) {
    return check.rules.map((rule) => verdict(rule, false, (error as Error).message));
  }
}

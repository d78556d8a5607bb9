import { setTimeout as sleep } from 'node:timers/promises';
import type { User } from './user';
import { eventsOf, finalTextOf, resumedTextOf, tokenOf } from '../../probe/chat-events';
import { type Pace, tokensFor } from '../../stand-in/server/pace';

/**
 * Outcome of a chat for the page: `whole`, `error` if the page showed one, `lost` if it would wait forever or show the wrong text. A chat
 * that was aborted, and whose partial text was saved, is an `error` too.
 */
export interface Outcome {
  readonly kind: 'whole' | 'error' | 'lost';
  readonly detail: string;
  readonly conversationId?: string;
  /** Milliseconds between successive tokens. */
  readonly gaps: readonly number[];
  /** Number of times that the page reopened the stream. */
  readonly resumed: number;
  readonly milliseconds: number;
}

export interface PageTimings {
  /** A stream without an event for this time counts as lost. */
  readonly silenceMs: number;
  /** Unit of the pauses before a stream is reopened: 1 s in LibreChat's page. */
  readonly retryMs: number;
}

/** LibreChat's page reopens a stream without limit as long as there is a response; this client has a limit. */
const MOST_RESUMES = 40;
/** LibreChat's page repeats the POST of a chat for 120 s. */
const REPEAT_POST_MS = 120_000;

/** The end of a stream, and the page's reaction. */
type Ending = { readonly kind: 'final'; readonly text: string } | { readonly kind: 'again'; readonly why: string } | { readonly kind: 'over'; readonly outcome: Outcome['kind']; readonly why: string };

/** Sends one message and follows the reply as LibreChat's page does, errors and repetitions included. */
export class PageChat {
  private shown = '';
  private expected = '';
  private tokenAt?: number;
  private resumed = 0;
  private readonly gaps: number[] = [];
  private readonly began = performance.now();

  public constructor(private readonly user: User, private readonly timings: PageTimings) {}

  public async send(prompt: string, pace: Pace): Promise<Outcome> {
    this.expected = tokensFor(prompt, pace).join('');
    const posted = await this.post(prompt, pace);
    if ('kind' in posted) return posted;
    return this.follow(posted.streamId, posted.createdAt);
  }

  private async post(prompt: string, pace: Pace): Promise<{ streamId: string; createdAt: number } | Outcome> {
    // Without a client-side id, LibreChat executes a repeated message twice, which would be detected.
    const body = { text: prompt, endpoint: 'Probe', endpointType: 'custom', model: 'probe', standIn: pace };
    for (;;) {
      let status: number;
      let text: string;
      let retryAfter: string | undefined;
      try {
        const response = await this.user.open('/api/agents/chat/Probe', { method: 'POST', body });
        status = response.status;
        retryAfter = response.headers['retry-after'];
        text = '';
        for await (const part of response.body) text += String(part);
      } catch (error) {
        return this.end('error', `POST: ${(error as Error).message}`);
      }
      if (status === 503 && text.includes('SERVER_NOT_READY') && performance.now() - this.began < REPEAT_POST_MS) {
        await sleep(Number(retryAfter ?? 1) * this.timings.retryMs);
        continue;
      }
      if (status !== 200) return this.end('error', `POST: ${status} ${text.slice(0, 100)}`);
      const { streamId, generationCreatedAt } = JSON.parse(text) as { streamId: string; generationCreatedAt: number };
      return { streamId, createdAt: generationCreatedAt };
    }
  }

  private async follow(id: string, createdAt: number): Promise<Outcome> {
    for (let resume = false; ; resume = true) {
      const ending = await this.read(id, createdAt, resume);
      if (ending.kind === 'final') return this.judge(ending.text, id);
      if (ending.kind === 'over') return this.end(ending.outcome, ending.why, id);
      this.resumed += 1;
      if (this.resumed > MOST_RESUMES) return this.end('lost', `reopened ${this.resumed} times, last: ${ending.why}`, id);
      await sleep(this.timings.retryMs);
    }
  }

  /**
   * The shown text must match the reply. It may be empty if the reply was complete before the stream was opened, or partial if the
   * connection was broken: the final event contains the whole text.
   */
  private judge(final: string, id: string): Outcome {
    const { shown, expected } = this;
    const matches = shown === expected || shown === '' || (this.resumed > 0 && expected.startsWith(shown));
    if (final === expected && matches) return this.end('whole', '', id);
    return this.end('lost', `shown: ${JSON.stringify(shown)}, final: ${JSON.stringify(final)}, expected: ${JSON.stringify(expected)}`, id);
  }

  private async read(id: string, createdAt: number, resume: boolean): Promise<Ending> {
    const timeout = new AbortController();
    const late = () => timeout.abort();
    let timer = setTimeout(late, this.timings.silenceMs);
    this.tokenAt = undefined;
    try {
      const query = `${resume ? 'resume=true&' : ''}generationCreatedAt=${createdAt}&generationProtocolVersion=2`;
      const { status, body } = await this.user.open(`/api/agents/chat/stream/${id}?${query}`, { signal: timeout.signal });
      if (status === 404 || status === 409) {
        body.destroy();
        return { kind: 'over', outcome: 'error', why: `stream: ${status}` };
      }
      if (status !== 200) {
        body.destroy();
        return { kind: 'again', why: `stream: ${status}` };
      }
      for await (const event of eventsOf(body)) {
        if ('heartbeat' in event) continue;
        clearTimeout(timer);
        timer = setTimeout(late, this.timings.silenceMs);
        if (event.name === 'error') return { kind: 'over', outcome: 'error', why: `event: error ${JSON.stringify(event.json)}` };
        const final = finalTextOf(event);
        if (event.json.aborted) return { kind: 'over', outcome: 'error', why: 'aborted' };
        if (final !== undefined) return { kind: 'final', text: final };
        this.show(event.at, resumedTextOf(event), tokenOf(event));
      }
      return { kind: 'over', outcome: 'lost', why: 'the stream ended without error and without a final event' };
    } catch (error) {
      if (timeout.signal.aborted) return { kind: 'over', outcome: 'lost', why: `no event for ${this.timings.silenceMs / 1000} s` };
      return { kind: 'again', why: (error as Error).message };
    } finally {
      clearTimeout(timer);
      timeout.abort();
    }
  }

  private show(at: number, snapshot: string | undefined, token: string | undefined): void {
    // An empty snapshot, as of a complete reply, does not replace the shown text.
    this.shown = snapshot || this.shown + (token ?? '');
    if (token === undefined) return;
    if (this.tokenAt !== undefined) this.gaps.push(at - this.tokenAt);
    this.tokenAt = at;
  }

  private end(kind: Outcome['kind'], detail: string, conversationId?: string): Outcome {
    return { kind, detail, conversationId, gaps: this.gaps, resumed: this.resumed, milliseconds: performance.now() - this.began };
  }
}

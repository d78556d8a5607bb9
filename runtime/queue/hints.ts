import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, Reply } from './connection';
import { ConnectionLost } from './errors';
import type { QueueSettings } from './settings';

export interface HintsProps {
  readonly inbox: string;
  readonly waiting: string;
  /** Used for blocking pops only. */
  readonly connection: Connection;
  readonly commands: Connection;
  readonly settings: QueueSettings;
  /** Whether the worker takes requests of the common queue. */
  readonly takesCommon: () => boolean;
  readonly onHint: (id: string) => void;
  /** Notes about a request that this worker has claimed: `gone`, or `body` when the body is stored. */
  readonly onNote: (kind: string, id: string) => void;
  readonly onFailure: (error: unknown) => void;
}

const PAUSE_AFTER_FAILURE_MS = 50;

/** Pops hints: ids of waiting requests, for this worker (its inbox) or for any. */
export class Hints {
  private paused?: Promise<void>;
  private resumePopping?: () => void;
  private popping?: Promise<void>;
  private popsCommon = false;

  public constructor(private readonly props: HintsProps) {}

  public async run(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      if (this.paused) {
        await this.paused;
        continue;
      }
      this.popping = this.pop().catch(async (error: unknown) => {
        if (until.aborted) return;
        this.props.onFailure(error);
        await sleep(PAUSE_AFTER_FAILURE_MS);
      });
      await this.popping;
    }
  }

  /** Resolves when no pop is pending. The next one follows after `resume()`. */
  public async pause(): Promise<void> {
    this.paused ??= new Promise((resolve) => { this.resumePopping = resolve; });
    this.wake(true);
    await this.popping;
  }

  public resume(): void {
    this.paused = undefined;
    this.resumePopping?.();
  }

  /** Ends a pop of the inbox, so that the next one includes the common queue. */
  public wake(always = false): void {
    if (!this.popping || (this.popsCommon && !always)) return;
    void this.add(this.props.inbox, '0', 'wake:');
  }

  public close(): void {
    this.resume();
    this.props.connection.close();
  }

  private async add(key: string, score: string, member: string): Promise<void> {
    const { commands, settings } = this.props;
    await commands.sendAll([['ZADD', key, 'NX', score, member], ['PEXPIRE', key, settings.requestTtlMs]]).catch(() => undefined);
  }

  private async pop(): Promise<void> {
    const { connection, inbox, waiting, settings, onHint, onNote } = this.props;
    this.popsCommon = this.props.takesCommon();
    const keys = this.popsCommon ? [inbox, waiting] : [inbox];
    const popped = hintOf(await connection.send('BZPOPMIN', [...keys, settings.popMs / 1000], settings.popMs));
    if (!popped) return;
    const { key, member, score } = popped;
    if (member.includes(':')) {
      const [kind, id] = member.split(':');
      onNote(kind, id);
    } else if (key === waiting && !this.props.takesCommon()) {
      // The last free place was taken during the pop. If this fails, the relay adds the hint again.
      await this.add(waiting, score, member);
    } else {
      onHint(member);
    }
  }
}

function hintOf(reply: Reply): { key: string; member: string; score: string } | undefined {
  if (reply === null) return undefined;
  if (!Array.isArray(reply)) throw new ConnectionLost('unexpected reply');
  const [key, member, score] = reply.map(String);
  return { key, member, score };
}

import type { Schedule } from './schedule-expression';
import type { Cloud } from '../../core/cloud';
import { LONGEST_TIMER } from '../../core/time-limits';
import type { InvokeResult } from '../lambda/event-queue';

/** A scheduled rule of EventBridge, or a schedule of EventBridge Scheduler. */
export interface ScheduledRule {
  readonly logicalId: string;
  readonly enabled: boolean;
  readonly schedule: Schedule;
  /**
   * Invokes the targets asynchronously; resolves to the results of their last attempts.
   *
   * @throws Error if it may not invoke a target
   */
  readonly invoke: () => Promise<InvokeResult[]>;
}

/** EventBridge's scheduled rules by logical id. They follow the emulated clock, and can be fired on demand. */
export class EventBridgeService {
  private readonly rules = new Map<string, ScheduledRule>();
  private readonly startedAt = Date.now();
  private readonly timers = new Map<string, NodeJS.Timeout>();

  public constructor(private readonly cloud: Cloud) {
    cloud.onDispose(() => this.timers.forEach((timer) => clearTimeout(timer)));
  }

  /** Logical ids of all rules and schedules. */
  public get logicalIds(): string[] {
    return [...this.rules.keys()];
  }

  public add(rule: ScheduledRule): void {
    this.rules.set(rule.logicalId, rule);
  }

  public delete(logicalId: string): void {
    this.rules.delete(logicalId);
    clearTimeout(this.timers.get(logicalId));
  }

  /** Starts the timers of all enabled rules. */
  public start(): void {
    for (const rule of this.rules.values()) {
      if (rule.enabled) this.await(rule, rule.schedule(this.now));
    }
  }

  /** Fires a rule now, enabled or not. */
  public async fire(logicalId: string): Promise<InvokeResult[]> {
    const rule = this.rules.get(logicalId);
    if (!rule) throw new Error(`the rule must be one of ${[...this.rules.keys()].join(', ') || 'none'}, got: ${logicalId}`);
    return rule.invoke();
  }

  /** The emulated time. */
  private get now(): number {
    return this.startedAt + (Date.now() - this.startedAt) * this.cloud.timeScale;
  }

  private await(rule: ScheduledRule, due: number | undefined): void {
    if (due === undefined) return;
    const wait = this.cloud.limit(due - this.now);
    const timer = setTimeout(() => {
      if (wait > LONGEST_TIMER) return this.await(rule, due);
      rule.invoke().catch((error: Error) => this.cloud.events.notice(`${rule.logicalId}: ${error.message}`, 'warning'));
      this.await(rule, rule.schedule(Math.max(due, this.now)));
    }, Math.min(Math.max(wait, 0), LONGEST_TIMER));
    // A pending schedule must not keep the process alive.
    this.timers.set(rule.logicalId, timer.unref());
  }
}

import type { LibreChat } from './librechat';
import { jobsInFlight } from './metrics';
import { succeeded } from '../../shared/call';
import { log, messageOf } from '../../shared/log';
import type { Settings } from '../../shared/settings';

/** The condition of the LibreChat process. */
export interface Condition {
  /** Temporarily too slow to take more requests. */
  readonly slow: boolean;
  /** The reason if the process must take no more requests, and be replaced. */
  readonly drain?: string;
  /** The reason if the process must be replaced at once. */
  readonly critical?: string;
  /** Number of replies that the process generates, if it is known. */
  readonly jobs?: number;
}

/** Monitors the load of the LibreChat process. */
export class Capacity {
  private slowRounds = 0;
  private silentSince?: number;
  private metricsFailures = 0;

  /** @param memoryMb memory of the function; without it, memory is not monitored */
  public constructor(private readonly librechat: LibreChat, private readonly settings: Settings, private readonly memoryMb?: number) {}

  /** Checks the process once. Jobs are counted on demand only: the count is irrelevant while requests are in flight. */
  public async inspect(countJobs: boolean): Promise<Condition> {
    const [, share, jobs] = await Promise.all([this.livez(), this.memoryShare(), countJobs ? this.jobs() : undefined]);
    const { drainMemoryShare, criticalMemoryShare, slowRounds, unresponsiveMs, metricsFailures } = this.settings;
    const percent = share === undefined ? undefined : `memory at ${Math.round(share * 100)} %`;
    const silentMs = this.silentSince === undefined ? 0 : performance.now() - this.silentSince;
    const critical = (share ?? 0) >= criticalMemoryShare ? percent : silentMs >= unresponsiveMs ? 'unresponsive' : undefined;
    const drain = (share ?? 0) >= drainMemoryShare ? percent
      : this.librechat.survivedException ? 'uncaught exception'
        : this.metricsFailures >= metricsFailures ? 'metrics unavailable' : undefined;
    return { slow: this.slowRounds >= slowRounds, drain, critical, jobs: this.metricsFailures >= metricsFailures ? 0 : jobs };
  }

  private async livez(): Promise<void> {
    const began = performance.now();
    const alive = await this.librechat.call('/livez', { method: 'GET' }).then(succeeded, () => false);
    this.slowRounds = alive && performance.now() - began < this.settings.slowMs ? 0 : this.slowRounds + 1;
    this.silentSince = alive ? undefined : this.silentSince ?? began;
  }

  private async memoryShare(): Promise<number | undefined> {
    const bytes = this.memoryMb ? await this.librechat.memoryBytes() : undefined;
    return bytes === undefined ? undefined : bytes / (this.memoryMb! * 1024 * 1024);
  }

  private async jobs(): Promise<number | undefined> {
    try {
      const jobs = await jobsInFlight(this.librechat);
      this.metricsFailures = 0;
      return jobs;
    } catch (error) {
      this.metricsFailures += 1;
      log.warn('metrics-unavailable', { message: messageOf(error) });
      return undefined;
    }
  }
}

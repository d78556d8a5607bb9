import type { LibreChat } from './librechat';
import { jobsInFlight } from './metrics';
import { succeeded } from '../../shared/call';
import { log, messageOf } from '../../shared/log';
import type { Settings } from '../../shared/settings';

/** How LibreChat is doing. */
export interface Condition {
  /** Too slow to take more requests for now. */
  readonly slow: boolean;
  /** Why the process takes no more requests and is to be replaced. */
  readonly drain?: string;
  /** Why the process is to be replaced now. */
  readonly critical?: string;
  /** Replies that the process generates; nothing where that is unknown. */
  readonly jobs?: number;
}

/** Watches how much more LibreChat can take. */
export class Capacity {
  private slowRounds = 0;
  private silentSince?: number;
  private metricsFailures = 0;

  /** @param memoryMb the function's memory; without it memory is not watched */
  public constructor(private readonly librechat: LibreChat, private readonly settings: Settings, private readonly memoryMb?: number) {}

  /** One look at LibreChat. Jobs are counted where asked for: while requests are in flight nobody needs to know. */
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

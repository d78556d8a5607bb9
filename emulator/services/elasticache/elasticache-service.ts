import type { RunningRedis } from '.';
import type { CloudWatchService } from '../cloudwatch/cloudwatch-service';

/** The replication groups of an account. */
export class ElastiCacheService {
  /** By logical id. */
  public readonly replicationGroups = new Map<string, RunningRedis>();
  private readonly ids = new Map<string, string>();
  /** Evicted keys at the last measurement, by logical id. */
  private readonly evicted = new Map<string, number>();

  public constructor(private readonly cloudWatch: CloudWatchService) {}

  /** @param id id of the replication group, which is followed by numbers in the ids of its nodes */
  public add(logicalId: string, id: string, redis: RunningRedis): void {
    this.replicationGroups.set(logicalId, redis);
    this.ids.set(logicalId, id);
  }

  /** Replaces every node, as ElastiCache does after a failure: connections break, and data is lost. */
  public async replaceNodes(): Promise<void> {
    this.evicted.clear();
    await Promise.all([...this.replicationGroups.values()].map((redis) => redis.restart()));
  }

  /** Publishes the metrics of the first node of each group, as ElastiCache does each minute. */
  public async measure(): Promise<void> {
    for (const [logicalId, redis] of this.replicationGroups) {
      const info = numbersIn(await redis.send('INFO'));
      const dimensions = { CacheClusterId: `${this.ids.get(logicalId)!}-001` };
      const put = (metricName: string, value: number) => this.cloudWatch.put({ namespace: 'AWS/ElastiCache', metricName, dimensions }, value);
      put('DatabaseMemoryUsagePercentage', 100 * info.used_memory / info.maxmemory);
      put('CurrConnections', info.connected_clients);
      put('Evictions', info.evicted_keys - (this.evicted.get(logicalId) ?? 0));
      this.evicted.set(logicalId, info.evicted_keys);
    }
  }
}

function numbersIn(info: string): Record<string, number> {
  return Object.fromEntries([...info.matchAll(/^(\w+):(\d+(?:\.\d+)?)\r?$/gm)].map(([, name, value]) => [name, Number(value)]));
}

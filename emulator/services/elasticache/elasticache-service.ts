import type { RunningRedis } from '.';

/** The replication groups of an account. */
export class ElastiCacheService {
  /** By logical id. */
  public readonly replicationGroups = new Map<string, RunningRedis>();

  /** Replaces every node, as ElastiCache does when one fails: connections break, and what was in memory is lost. */
  public async replaceNodes(): Promise<void> {
    await Promise.all([...this.replicationGroups.values()].map((redis) => redis.restart()));
  }
}

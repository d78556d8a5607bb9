import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { CfnReplicationGroup } from 'aws-cdk-lib/aws-elasticache';
import { refusal } from './requirement';

/** ElastiCache measures nodes, and numbers those of a group from 001. */
export function redisMetric(group: CfnReplicationGroup | undefined, metricName: string, options?: MetricOptions): Metric {
  if (!group) throw refusal('redis', 'be `LibreChatRedis.replicationGroup()` for metrics of it', 'a Redis that was brought');
  return new Metric({
    namespace: 'AWS/ElastiCache',
    metricName,
    dimensionsMap: { CacheClusterId: `${group.ref}-001` },
    statistic: 'Average',
    ...options,
  }).attachTo(group);
}

import { type IMetric, MathExpression, type Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { type AlarmDefinition, PERIOD } from './alarm';

/** Redis, if it belongs to the deployment. */
export interface AlarmedRedis {
  /** A metric of each node. */
  metrics(metricName: string, options?: MetricOptions): Metric[];
}

/** DocumentDB, if it belongs to the deployment. */
export interface AlarmedDatabase {
  /** A metric of the instance that LibreChat reads from and writes to. */
  metric(metricName: string, options?: MetricOptions): Metric;
}

/** ElastiCache accepts 65,000 connections. Each takes about 20 KB of memory with TLS, so these take 40 MB of the 400 of the smallest node. */
const MANY_CONNECTIONS = 2000;

export function redisAlarms(redis: AlarmedRedis): AlarmDefinition[] {
  const highest = (metricName: string, statistic: string) => together('MAX', redis.metrics(metricName, { statistic, period: PERIOD }));
  return [
    {
      id: 'RedisMemory',
      metric: highest('DatabaseMemoryUsagePercentage', Stats.MAXIMUM),
      // At 100 % keys are evicted. A reply and its buffers take a few MB, so the rest is for some hundred of them.
      threshold: 80,
      periods: 2,
      description: 'the memory of Redis is 80 % full. Specify a larger `nodeType`.',
    },
    {
      id: 'RedisEvictions',
      metric: highest('Evictions', Stats.SUM),
      // Sessions and running replies are lost with the keys.
      threshold: 1,
      description: 'Redis is full, and loses sessions and replies. Specify a larger `nodeType`.',
    },
    {
      id: 'RedisConnections',
      metric: highest('CurrConnections', Stats.MAXIMUM),
      threshold: MANY_CONNECTIONS,
      periods: 2,
      description: `Redis has ${MANY_CONNECTIONS} connections or more. Look for other clients, and lower \`maxWorkers\`.`,
    },
  ];
}

export function databaseAlarms(database: AlarmedDatabase): AlarmDefinition[] {
  return [
    {
      id: 'DatabaseCpu',
      metric: database.metric('CPUUtilization', { statistic: Stats.AVERAGE, period: PERIOD }),
      // For 15 minutes: index builds after an upgrade, and imports, take a few minutes.
      threshold: 80,
      periods: 3,
      description: 'the CPU of DocumentDB is at 80 % of its maximum capacity. Raise `maxCapacity`.',
    },
    {
      id: 'DatabaseConnections',
      metric: new MathExpression({
        expression: '100 * open / limit',
        label: 'Share of the connections that are possible',
        period: PERIOD,
        usingMetrics: {
          open: database.metric('DatabaseConnectionsMax', { statistic: Stats.MAXIMUM, period: PERIOD }),
          // It grows with the capacity, from 250 at 0.5 DCU.
          limit: database.metric('DatabaseConnectionsLimit', { statistic: Stats.MAXIMUM, period: PERIOD }),
        },
      }),
      // New workers open up to 20 at once.
      threshold: 80,
      periods: 2,
      description: 'DocumentDB has few connections left. Lower `maxWorkers`, or raise `minCapacity`.',
    },
    {
      id: 'DatabaseMemory',
      metric: database.metric('LowMemNumOperationsThrottled', { statistic: Stats.SUM, period: PERIOD }),
      // DocumentDB delays or rejects these operations.
      threshold: 1,
      periods: 2,
      description: 'DocumentDB throttles operations, since its memory is low. Raise `maxCapacity`.',
    },
  ];
}

/** One metric of several nodes. */
function together(operation: 'MAX', metrics: Metric[]): IMetric {
  if (metrics.length === 1) return metrics[0];
  return new MathExpression({
    expression: `${operation}(METRICS())`,
    label: metrics[0].metricName,
    period: PERIOD,
    usingMetrics: Object.fromEntries(metrics.map((metric, i) => [`node${i + 1}`, metric])),
  });
}

import type { MetricId } from './cloudwatch-service';

/**
 * Metrics of AWS services that stacks may use, with the sets of dimensions that they are published with. An alarm on another name or
 * dimension never gets a value, without any error.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html
 * @see https://docs.aws.amazon.com/documentdb/latest/developerguide/cloud_watch.html
 */
const KNOWN: Readonly<Record<string, { readonly dimensions: readonly string[]; readonly metrics: readonly string[] }>> = {
  'AWS/Lambda': {
    dimensions: ['FunctionName', 'FunctionName,Resource'],
    metrics: ['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions'],
  },
  'AWS/ApiGateway': {
    dimensions: ['ApiName', 'ApiName,Stage'],
    metrics: ['Count', '4XXError', '5XXError', 'Latency', 'IntegrationLatency'],
  },
  'AWS/ElastiCache': {
    dimensions: ['CacheClusterId', 'CacheClusterId,CacheNodeId'],
    metrics: ['DatabaseMemoryUsagePercentage', 'Evictions', 'CurrConnections', 'EngineCPUUtilization', 'CPUUtilization'],
  },
  'AWS/DocDB': {
    dimensions: ['DBClusterIdentifier', 'DBClusterIdentifier,Role', 'DBInstanceIdentifier'],
    metrics: ['CPUUtilization', 'DatabaseConnections', 'DatabaseConnectionsMax', 'DatabaseConnectionsLimit', 'LowMemNumOperationsThrottled', 'ServerlessDatabaseCapacity', 'DCUUtilization'],
  },
};

/** Reason why a metric never has a value; undefined for known metrics and those of applications. */
export function mistakeIn({ namespace, metricName, dimensions }: MetricId): string | undefined {
  if (!namespace.startsWith('AWS/')) return undefined;
  const known = Object.hasOwn(KNOWN, namespace) ? KNOWN[namespace] : undefined;
  if (!known?.metrics.includes(metricName)) return `the emulator does not know the metric ${namespace} ${metricName}`;
  const names = Object.keys(dimensions).sort().join();
  return known.dimensions.includes(names) ? undefined : `${namespace} ${metricName} must have the dimensions ${known.dimensions.join(' or ')}, got: ${names || 'none'}`;
}

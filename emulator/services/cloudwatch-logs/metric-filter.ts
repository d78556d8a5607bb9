import { parseFilterPattern, valueAt } from './filter-pattern';
import { reject, unsupported, type ResourceDefinition, type ResourceProperties } from '../../cloudformation/resource';
import type { MetricId } from '../cloudwatch/cloudwatch-service';

/** Publishes a metric value for each matching line. */
export interface MetricFilter {
  readonly metric: MetricId;
  /** The value for a line; undefined if it does not match, or its field is not a number. */
  readonly valueOf: (line: string) => number | undefined;
}

/** Reads the properties of AWS::Logs::MetricFilter. */
export function metricFilterOf(resource: ResourceDefinition): MetricFilter {
  const { FilterPattern, MetricTransformations = [] } = resource.properties;
  const [transformation, ...others] = MetricTransformations as ResourceProperties[];
  if (!transformation || others.length) reject(resource, '`MetricTransformations` must have exactly one element');
  const { MetricName, MetricNamespace, MetricValue, DefaultValue, Dimensions } = transformation;
  if (DefaultValue !== undefined || Dimensions) unsupported(resource, 'the emulator supports neither `DefaultValue` nor `Dimensions`');
  if (!/^[^:*$]{1,255}$/.test(String(MetricNamespace)) || String(MetricNamespace).startsWith('AWS/')) {
    reject(resource, `\`MetricNamespace\` must have up to 255 characters without : * and $, and not begin with AWS/, got: ${MetricNamespace}`);
  }
  const matches = patternOf(resource, String(FilterPattern));
  return {
    metric: { namespace: String(MetricNamespace), metricName: String(MetricName), dimensions: {} },
    valueOf: (line) => (matches(line) ? numberIn(line, String(MetricValue)) : undefined),
  };
}

function patternOf(resource: ResourceDefinition, pattern: string): (line: string) => boolean {
  try {
    return parseFilterPattern(pattern);
  } catch (error) {
    return unsupported(resource, (error as Error).message);
  }
}

/** A constant, or the number in a field of the line. */
function numberIn(line: string, metricValue: string): number | undefined {
  if (!metricValue.startsWith('$')) return Number(metricValue);
  const value = valueAt(JSON.parse(line), metricValue.match(/[\w-]+/g) ?? []);
  return typeof value === 'number' ? value : undefined;
}

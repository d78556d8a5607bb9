import { COMPARISONS, STATISTICS, type AlarmDefinition, type AlarmedValue, type MetricStat, type Statistic } from './alarm';
import type { MetricId } from './cloudwatch-service';
import { mistakeIn } from './known-metrics';
import { parseExpression } from './metric-math';
import { physicalName, reject, unsupported, type ResourceDefinition, type ResourceDeleters, type ResourceHandlers, type ResourceProperties } from '../../cloudformation/resource';

/** CloudWatch's limits: characters of a description, metrics of an alarm, and seconds of an evaluation interval. */
const LIMITS = { description: 1024, metrics: 10, evaluation: 86_400 };

/** The emulator keeps no states, which `ignore` requires. */
const MISSING = ['notBreaching', 'breaching', 'missing'];

const PERIODS = [10, 20, 30];

export const CLOUDWATCH_RESOURCES: ResourceHandlers = {
  'AWS::CloudWatch::Alarm': (resource, deployment) => {
    const { cloud, services } = deployment;
    const name = String(resource.properties.AlarmName ?? physicalName(resource, deployment));
    services.cloudWatch.alarms.set(resource.logicalId, alarmOf(resource, name));
    return { ref: name, attributes: { Arn: cloud.arn('cloudwatch', `alarm:${name}`) } };
  },

  'AWS::CloudWatch::Dashboard': (resource, deployment) => {
    const mistakes = metricsIn(resource).flatMap((metric) => mistakeIn(metric) ?? []);
    if (mistakes.length) unsupported(resource, mistakes.join('; '));
    return { ref: String(resource.properties.DashboardName ?? physicalName(resource, deployment)) };
  },
};

export const CLOUDWATCH_DELETERS: ResourceDeleters = {
  'AWS::CloudWatch::Alarm': ({ logicalId }, { services }) => void services.cloudWatch.alarms.delete(logicalId),
};

/** The metrics of a dashboard's widgets. Each is a list of a namespace, a name, dimensions with their values, and options. */
function metricsIn(resource: ResourceDefinition): MetricId[] {
  let body: { widgets: Array<{ properties: { metrics?: unknown[][] } }> };
  try {
    body = JSON.parse(String(resource.properties.DashboardBody)) as typeof body;
  } catch (error) {
    return reject(resource, `\`DashboardBody\` must be JSON: ${(error as Error).message}`);
  }
  const metrics = body.widgets.flatMap(({ properties }) => properties.metrics ?? []).filter(([namespace]) => typeof namespace === 'string');
  return metrics.map(([namespace, metricName, ...rest]) => {
    const names = rest.filter((part) => typeof part === 'string');
    const dimensions = Object.fromEntries(names.flatMap((name, i) => (i % 2 === 0 ? [[name, names[i + 1]]] : [])));
    return { namespace: namespace as string, metricName: metricName as string, dimensions };
  });
}

function alarmOf(resource: ResourceDefinition, name: string): AlarmDefinition {
  const {
    ComparisonOperator: comparison, Threshold, EvaluationPeriods, DatapointsToAlarm = EvaluationPeriods, TreatMissingData = 'missing',
    AlarmActions = [], InsufficientDataActions = [], AlarmDescription = '',
  } = resource.properties;
  if (!Object.hasOwn(COMPARISONS, comparison)) unsupported(resource, `\`ComparisonOperator\` must be one of ${Object.keys(COMPARISONS).join(', ')}, got: ${comparison}`);
  if (!MISSING.includes(TreatMissingData)) unsupported(resource, `\`TreatMissingData\` must be one of ${MISSING.join(', ')}, got: ${TreatMissingData}`);
  if (typeof Threshold !== 'number') unsupported(resource, '`Threshold` must be a number: the emulator has no anomaly detection');
  if (!(EvaluationPeriods >= 1 && DatapointsToAlarm >= 1 && DatapointsToAlarm <= EvaluationPeriods)) {
    reject(resource, `\`DatapointsToAlarm\` must be from 1 to \`EvaluationPeriods\` (${EvaluationPeriods}), got: ${DatapointsToAlarm}`);
  }
  if (String(AlarmDescription).length > LIMITS.description) reject(resource, `\`AlarmDescription\` must have up to ${LIMITS.description} characters`);
  const wrong = [...AlarmActions as unknown[], ...InsufficientDataActions as unknown[]].find((action) => !/^arn:[\w-]+:sns:/.test(String(action)));
  if (wrong !== undefined) unsupported(resource, `\`AlarmActions\` must be ARNs of SNS topics, got: ${String(wrong)}`);
  const value = valueOf(resource);
  if (value.periodSeconds * EvaluationPeriods > LIMITS.evaluation) reject(resource, `\`EvaluationPeriods\` times \`Period\` must be at most ${LIMITS.evaluation} s`);
  return {
    name,
    value,
    comparison,
    threshold: Threshold,
    evaluationPeriods: EvaluationPeriods,
    datapointsToAlarm: DatapointsToAlarm,
    missing: TreatMissingData,
    actions: AlarmActions as string[],
  };
}

function valueOf(resource: ResourceDefinition): AlarmedValue {
  const { Metrics, Statistic: statistic, ExtendedStatistic, Period } = resource.properties;
  if (!Metrics) return metricOf(resource, { Metric: resource.properties, Stat: statistic ?? ExtendedStatistic, Period });
  const queries = Metrics as ResourceProperties[];
  const returned = queries.filter(({ ReturnData = true }) => ReturnData);
  if (returned.length !== 1) reject(resource, `exactly one of \`Metrics\` must have \`ReturnData\`, got: ${returned.length}`);
  const stats = queries.filter(({ MetricStat: stat }) => stat);
  if (stats.length > LIMITS.metrics) reject(resource, `\`Metrics\` must have up to ${LIMITS.metrics} metrics, got: ${stats.length}`);
  const metrics = Object.fromEntries(stats.map(({ Id, MetricStat: stat }) => [String(Id), metricOf(resource, stat)]));
  const [{ Expression: expression }] = returned;
  if (expression === undefined) unsupported(resource, '`Metrics` must return an expression');
  const [periodSeconds, ...others] = new Set(Object.values(metrics).map((metric) => metric.periodSeconds));
  if (others.length) unsupported(resource, 'all `Metrics` must have the same `Period`');
  try {
    return { expression: parseExpression(String(expression), Object.keys(metrics)), metrics, periodSeconds };
  } catch (error) {
    return unsupported(resource, (error as Error).message);
  }
}

function metricOf(resource: ResourceDefinition, { Metric, Stat, Period }: ResourceProperties): MetricStat {
  const metric: MetricId = {
    namespace: String(Metric.Namespace),
    metricName: String(Metric.MetricName),
    dimensions: Object.fromEntries(((Metric.Dimensions ?? []) as ResourceProperties[]).map(({ Name, Value }) => [String(Name), String(Value)])),
  };
  const mistake = mistakeIn(metric);
  if (mistake) unsupported(resource, mistake);
  if (!Object.hasOwn(STATISTICS, String(Stat))) unsupported(resource, `the statistic must be one of ${Object.keys(STATISTICS).join(', ')}, got: ${Stat}`);
  if (!(PERIODS.includes(Period) || (Period > 0 && Period % 60 === 0))) reject(resource, `\`Period\` must be 10, 20, 30 or a multiple of 60, got: ${Period}`);
  return { metric, statistic: Stat as Statistic, periodSeconds: Period };
}

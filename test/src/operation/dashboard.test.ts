import { secretNamed } from '../../../fixtures/variants';
import { LAMBDA_PRICES } from '../../../prices/lambda';
import { LibreChatDatabase, LibreChatRedis, LibreChatServerless, type LibreChatServerlessProps } from '../../../src';
import { GB_SECOND, INVOCATION } from '../../../src/operation/lambda-cost';
import { resources, resourceOf, templateOf, templateWith, text } from '../reading';

const operated = templateOf('operated');

/** The widgets of the dashboard, with references by logical id. */
function widgetsOf(template: typeof operated): any[] {
  return JSON.parse(text(resourceOf(template, 'AWS::CloudWatch::Dashboard').Properties.DashboardBody)).widgets;
}

const titlesOf = (template: typeof operated) => widgetsOf(template).map(({ properties }) => properties.title ?? properties.markdown);

test('there is none by default', () => {
  expect(resources(templateOf('minimal'), 'AWS::CloudWatch::Dashboard')).toEqual([]);
});

test('the page has users, workers, data stores and logs', () => {
  expect(titlesOf(operated)).toEqual([
    '# Users', 'Requests', 'Errors', 'Time to first byte, ms', 'Chats', 'Time to first token, ms', 'Canary: 1 is a success',
    '# Workers', 'Running workers', 'Starts', 'Requests of a worker', 'GB-seconds an hour', 'Estimated cost of Lambda',
    '# Data stores', 'Redis: memory, %', 'Redis: connections', 'DocumentDB: CPU, %', 'DocumentDB: capacity, DCU', 'DocumentDB: connections',
    '# Logs', 'Warnings and errors of relay, workers and LibreChat',
  ]);
});

test('existing data stores are not included', () => {
  const template = templateWith((stack) => new LibreChatServerless(stack, 'Chat', {
    dashboard: true, database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')), redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
  }));
  expect(titlesOf(template)).not.toContain('# Data stores');
  expect(titlesOf(template).filter((title) => /Redis|DocumentDB/.test(title))).toEqual([]);
});

test('without alarms there are only the metrics that it shows', () => {
  const template = templateWith((stack) => new LibreChatServerless(stack, 'Chat', { dashboard: true }));
  expect(resources(template, 'AWS::CloudWatch::Alarm')).toEqual([]);
  const names = resources(template, 'AWS::Logs::MetricFilter').map(([, { Properties }]) => Properties.MetricTransformations[0].MetricName);
  expect(names).toEqual(['FirstByte', 'Chats', 'FirstToken', 'Starts', 'FailedStarts', 'RequestsOfWorkers']);
});

/** The expressions of a widget. */
function expressionsOf(title: string, props: LibreChatServerlessProps = {}): string[] {
  const template = templateWith((stack) => new LibreChatServerless(stack, 'Chat', { dashboard: true, ...props }));
  const widget = widgetsOf(template).find(({ properties }) => properties.title === title);
  return widget.properties.metrics.flatMap(([metric]: any[]) => metric.expression ?? []);
}

test('GB-seconds follow from the memory of the functions', () => {
  expect(expressionsOf('GB-seconds an hour', { memorySize: 3072 })).toEqual(['workersMs / 1000 * 3072 / 1024', 'relayMs / 1000 * 256 / 1024']);
});

test('the cost follows from the prices of Lambda', () => {
  expect(expressionsOf('Estimated cost of Lambda')).toEqual([
    'relayMs / 1000 * 256 / 1024 * 0.0000133334 + relayInvocations * 0.0000002000 + workerMs / 1000 * 2048 / 1024 * 0.0000133334 + workerInvocations * 0.0000002000',
  ]);
  expect(GB_SECOND).toEqual(LAMBDA_PRICES.gbSecond);
  expect(INVOCATION).toBeCloseTo(LAMBDA_PRICES.request, 12);
});

test('the query reads the logs of relay and workers', () => {
  expect(widgetsOf(operated).at(-1).properties.query).toMatch(/^SOURCE '<ChatRelayLogs>' \| SOURCE '<ChatBackendLogs>' \| filter level in \["error", "warn"\]/);
});

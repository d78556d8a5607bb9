import { FilterPattern } from 'aws-cdk-lib/aws-logs';
import { parseFilterPattern } from '../../../../emulator/services/cloudwatch-logs/filter-pattern';

const LINE = JSON.stringify({ level: 'info', event: 'request', statusCode: 503, ms: { total: 12.5 }, path: '/api/agents/chat', list: [{ id: 'a' }], none: null });

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
test.each([
  '', 'request', '"agents/chat" info', '{ $.event = "request" }', '{ $.event = request }', '{ $.event = "req*" }', '{ $.event = "*quest" }', '{ $.path = "*agents*" }', '{ $.event = "*" }',
  '{ $.event != "tick" }', '{ $.statusCode = 503 }', '{ $.statusCode >= 500 }', '{ $.statusCode != 502 }', '{ $.ms.total > 12 }', '{ $.ms.total < 12.6 }', '{ $.list[0].id = "a" }',
  '{ $.event = "tick" || $.event = "request" }', '{ ($.event = "request") && ($.statusCode > 499) }',
  // && before ||
  '{ $.event = "request" || $.event = "tick" && $.statusCode = 1 }', '{ $.event != 1 }',
])('%s matches', (pattern) => {
  expect(parseFilterPattern(pattern)(LINE)).toBe(true);
});

test.each([
  'Request', '"chat agents"', 'request missing', '{ $.event = "quest" }', '{ $.event != "request" }', '{ $.statusCode = "503" }', '{ $.statusCode > 503 }', '{ $.event > 1 }',
  '{ $.missing != "a" }', '{ $.missing = "*" }', '{ $.missing > 1 }', '{ $.none = "*" }', '{ $.list[1].id = "a" }',
  '{ ($.event = "request" || $.event = "tick") && $.statusCode = 1 }',
])('%s does not match', (pattern) => {
  expect(parseFilterPattern(pattern)(LINE)).toBe(false);
});

test.each(['', 'no JSON', '"a"', '17', 'null'])('a pattern of JSON does not match the line `%s`', (line) => {
  expect(parseFilterPattern('{ $.event != "a" }')(line)).toBe(false);
});

test.each([
  '?error ?warn', '-debug', '[ip, user]', '%regex%', 'two-words', '{ $.a = %x% }', '{ $.a IS TRUE }', '{ $.a NOT EXISTS }', '{ $.a = "a*b" }', '{ $.* = 1 }', '{ a = 1 }', '{ $.a > "b" }', '{ $.a == 1 }',
  '{ $.a = 1', '{ ($.a = 1 }', '{ $.a = 1 && }', '{ $.a = 1 $.b = 2 }', '{ }', '{ $.a = }',
])('fails with %s', (pattern) => {
  expect(() => parseFilterPattern(pattern)).toThrow(`the emulator does not support the filter pattern ${pattern}`);
});

test('reads the patterns that CDK writes', () => {
  const pattern = FilterPattern.all(
    FilterPattern.stringValue('$.event', '=', 'request'),
    FilterPattern.any(FilterPattern.numberValue('$.statusCode', '>', 600), FilterPattern.numberValue('$.ms.total', '<', 13)),
  );
  expect(parseFilterPattern(pattern.logPatternString)(LINE)).toBe(true);
});

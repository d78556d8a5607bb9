import { evaluate, parseExpression } from '../../../../emulator/services/cloudwatch/metric-math';

const values = { a: 6, b: 3, zero: 0, missing: undefined };
const result = (expression: string) => evaluate(parseExpression(expression, Object.keys(values)), values);

test.each<[string, number]>([
  ['a', 6], ['100 * b / a', 50], ['a - b - 1', 2], ['a + b * 2', 12], ['(a + b) * 2', 18], ['0.5 * a', 3],
  ['MAX(METRICS())', 6], ['MIN(METRICS())', 0], ['SUM(METRICS())', 9],
])('%s is %d', (expression, expected) => {
  expect(result(expression)).toBe(expected);
});

test.each(['a / zero', 'a + missing', 'missing'])('%s has no value', (expression) => {
  expect(result(expression)).toBeUndefined();
});

test.each(['c', 'IF(a > b, 1, 0)', 'a +', '(a', 'a b', 'FILL(a, 0)', 'MAX([a, b])', ''])('fails with %s', (expression) => {
  expect(() => result(expression)).toThrow('the emulator does not support the expression');
});

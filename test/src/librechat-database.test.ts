import { CfnParameter, Stack, Token } from 'aws-cdk-lib';
import { LibreChatDatabase } from '../../src';

test.each([[0.5, 1], [256, 256], [1.5, 2]])('accepts capacities from %d to %d', (minCapacity, maxCapacity) => {
  expect(() => LibreChatDatabase.documentDb({ minCapacity, maxCapacity })).not.toThrow();
});

test.each([
  [{ minCapacity: 0 }, '`minCapacity` must be between 0.5 and 256 in increments of 0.5, got: 0'],
  [{ minCapacity: 0.7 }, '`minCapacity` must be between 0.5 and 256 in increments of 0.5, got: 0.7'],
  [{ maxCapacity: 0.5 }, '`maxCapacity` must be between 1 and 256 in increments of 0.5, got: 0.5'],
  [{ maxCapacity: 256.5 }, '`maxCapacity` must be between 1 and 256 in increments of 0.5, got: 256.5'],
  [{ minCapacity: 4, maxCapacity: 2 }, '`minCapacity` must be at most `maxCapacity` (2), got: 4'],
  [{ instances: 0 }, '`instances` must be an integer between 1 and 16, got: 0'],
  [{ instances: 17 }, '`instances` must be an integer between 1 and 16, got: 17'],
])('fails when %j', (options, message) => {
  expect(() => LibreChatDatabase.documentDb(options)).toThrow(message);
});

test('tokens are accepted', () => {
  const unknown = Token.asNumber(new CfnParameter(new Stack(), 'Units', { type: 'Number' }).value);
  expect(() => LibreChatDatabase.documentDb({ minCapacity: unknown })).not.toThrow();
  expect(() => LibreChatDatabase.documentDb({ maxCapacity: unknown })).not.toThrow();
});
